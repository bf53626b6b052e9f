/** How do rows become batches: in an order that depends on data, seed and global batch size alone. */
package io.sparkmics.data;

/** From a DataFrame to ordered batches of tokens that depend on data, seed and global batch size alone. */
package io.sparkmics.data;

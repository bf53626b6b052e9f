/**
 * Where do tensors live, and in which types? Native handles and their owners, flat buffers, sums that the host reads once a
 * step, and how long it has waited.
 */
package io.sparkmics.engine.device;

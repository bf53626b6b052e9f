/** Where do tensors live, and in which types? Native handles and their owners, flat buffers, sums that the host reads once a step. */
package io.sparkmics.engine.device;

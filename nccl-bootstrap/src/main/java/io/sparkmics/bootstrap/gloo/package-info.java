/**
 * The transport for CPUs, over libtorch's ProcessGroupGloo: one full mesh of connections for each rank, and ring
 * collectives over its send and receive. Gloo's own all-gather copies everything twice, and its reduce-scatter is an
 * all-reduce inside: the rings take half the time and send half the bytes.
 */
package io.sparkmics.bootstrap.gloo;

/**
 * The road for ranks that share a host and compute on its CPUs: they read each other's memory. Threads of one process read the
 * tensors themselves, processes a file that all have mapped. Groups that span hosts go over the transport below.
 */
package io.sparkmics.bootstrap.memory;

/**
 * The transport for GPUs: one unique id made by partition 0, one world, the groups split from it, and one communication
 * stream a rank, ordered with the compute stream by events.
 */
package io.sparkmics.bootstrap.nccl;

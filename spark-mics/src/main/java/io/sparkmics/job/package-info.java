/** The training job: the driver supervises, a barrier stage places one task a rank, each carries out the schedule. */
package io.sparkmics.job;

/** How does Spark run a training: the driver supervises, a barrier stage places one task a rank, each does its part. */
package io.sparkmics.job;

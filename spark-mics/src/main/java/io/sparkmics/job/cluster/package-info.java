/** What the driver knows of the cluster: its slots, what its executors are and have, and the jobs that run on it. */
package io.sparkmics.job.cluster;

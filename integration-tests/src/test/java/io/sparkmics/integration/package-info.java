/** Clusters of real JVMs: spark-submit, executors, notebooks, peers. */
package io.sparkmics.integration;

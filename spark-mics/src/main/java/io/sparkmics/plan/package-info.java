/** What is decided before anything runs: schedule and memory. Pure arithmetic, no Spark, no tensors. */
package io.sparkmics.plan;

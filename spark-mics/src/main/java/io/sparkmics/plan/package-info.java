/** How much, how many, when: schedule and memory, decided before anything runs. Arithmetic; no Spark, no tensors. */
package io.sparkmics.plan;

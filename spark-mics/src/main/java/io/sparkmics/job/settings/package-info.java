/** What a run was told: plain values that travel to the executors, and what is wrong with them by arithmetic alone. */
package io.sparkmics.job.settings;

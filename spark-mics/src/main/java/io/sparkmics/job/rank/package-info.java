/** What one task of the barrier stage does: one rank, from the first row to its report. */
package io.sparkmics.job.rank;

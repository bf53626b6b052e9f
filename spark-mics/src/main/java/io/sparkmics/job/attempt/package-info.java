/** How the driver has all ranks train together: one try of the barrier stage. */
package io.sparkmics.job.attempt;

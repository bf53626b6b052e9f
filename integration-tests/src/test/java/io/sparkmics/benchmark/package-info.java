/** Programs that measure ratios: each runs the baseline and what is held against it in turns, in one process. */
package io.sparkmics.benchmark;

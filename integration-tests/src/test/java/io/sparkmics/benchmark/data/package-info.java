/** What it costs to put rows in order, count and shuffle them: the way of the data from a frame to the ranks. */
package io.sparkmics.benchmark.data;

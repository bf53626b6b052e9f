/** A program that looks at how ranks get their GPUs, from inside the room that gives them. */
package io.sparkmics.job.cluster;

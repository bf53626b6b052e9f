/** The training job: the only room that runs Spark's barrier stage. */
package io.sparkmics.job;

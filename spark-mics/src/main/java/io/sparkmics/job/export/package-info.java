/** How a run's result becomes a model that others can read: assembled from its shards, when no rank runs any more. */
package io.sparkmics.job.export;

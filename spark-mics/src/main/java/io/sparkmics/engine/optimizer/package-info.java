/** How does a shard change by its gradient? */
package io.sparkmics.engine.optimizer;

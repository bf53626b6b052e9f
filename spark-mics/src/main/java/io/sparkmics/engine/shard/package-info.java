/**
 * Which part of the model is a rank's own? How units lie in shards, their first values, and how states are copied and put back.
 */
package io.sparkmics.engine.shard;

package io.sparkmics.engine;

import io.sparkmics.bootstrap.Pending;
import org.bytedeco.pytorch.Tensor;

/** Makes a unit whole from its shards. */
interface UnitGather {

    /**
     * Starts the gather.
     *
     * @param shard this rank's part, n elements
     * @param whole n · p elements, in the order of the partition group
     */
    Pending start(Tensor shard, Tensor whole);
}

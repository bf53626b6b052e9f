package io.sparkmics.engine.gather;

import io.sparkmics.bootstrap.collectives.Pending;
import io.sparkmics.engine.shard.UnitShard;
import org.bytedeco.pytorch.Tensor;

/** Makes a unit whole from its shards. */
public interface UnitGather {

    /** Elements that are on their way while a unit of the shard is gathered, beside those of the whole. */
    long passing(UnitShard shard);

    /**
     * Starts the gather.
     *
     * @param shard this rank's part, n elements
     * @param whole n · p elements, in the order of the partition group
     * @param passing room for {@link #passing} elements, until the gather is done
     */
    Pending start(Tensor shard, Tensor whole, Tensor passing);
}

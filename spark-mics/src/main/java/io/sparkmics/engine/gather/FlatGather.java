package io.sparkmics.engine.gather;

import io.sparkmics.bootstrap.collectives.Communicator;
import io.sparkmics.bootstrap.collectives.Pending;
import io.sparkmics.engine.shard.UnitShard;
import org.bytedeco.pytorch.Tensor;

/** One gather over the whole partition group. */
public record FlatGather(Communicator partition) implements UnitGather {

    @Override
    public long passing(UnitShard shard) {
        return 0;
    }

    @Override
    public Pending start(Tensor shard, Tensor whole, Tensor passing) {
        return partition.gather(shard, whole);
    }
}

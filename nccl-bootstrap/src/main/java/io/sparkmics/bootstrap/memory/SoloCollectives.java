package io.sparkmics.bootstrap.memory;

import io.sparkmics.bootstrap.Chunks;
import io.sparkmics.bootstrap.Collectives;
import io.sparkmics.bootstrap.Tensors;
import java.util.OptionalInt;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** The collectives of a member that is alone on its host: nothing moves but from its shard to its chunk, or back. */
final class SoloCollectives implements Collectives {

    @Override
    public void gather(Tensor shard, Tensor whole, Chunks chunks) {
        try (PointerScope scope = new PointerScope()) {
            Tensors.copy(shard, Tensors.chunk(whole, chunks, 0));
        }
    }

    @Override
    public void reduceScatter(Tensor whole, Tensor shard, Chunks chunks) {
        try (PointerScope scope = new PointerScope()) {
            Tensors.copy(Tensors.chunk(whole, chunks, 0), shard);
        }
    }

    @Override
    public void allReduce(Tensor whole) {}

    @Override
    public void broadcast(Tensor whole, int root) {}

    @Override
    public OptionalInt awaited() {
        return OptionalInt.empty();
    }

    @Override
    public void abort() {}

    @Override
    public void close() {}
}

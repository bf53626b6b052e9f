package io.sparkmics.engine;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * One rank's 1/p of the model: its shards of parameters and of summed gradients, each in one flat tensor, unit after unit.
 * What the optimizer remembers lies beside it, in the same layout.
 */
final class ModelStates implements AutoCloseable {

    private final ShardLayout layout;
    private final Tensor parameters;
    private final Tensor gradients;

    ModelStates(ShardLayout layout, Precision precision) {
        this.layout = layout;
        try (PointerScope scope = new PointerScope()) {
            parameters = torch.zeros(new long[] {layout.size()}, precision.options());
            gradients = torch.zeros(new long[] {layout.size()}, precision.options());
            Native.keep(parameters);
            Native.keep(gradients);
        }
    }

    ShardLayout layout() {
        return layout;
    }

    Tensor parameters() {
        return parameters;
    }

    Tensor gradients() {
        return gradients;
    }

    /** The part of the parameters that is this rank's shard of the unit: a view, owned by the caller's scope. */
    Tensor parameters(UnitShard shard) {
        return parameters.narrow(0, shard.offset(), shard.size());
    }

    /** The part of the gradients that is this rank's shard of the unit: a view, owned by the caller's scope. */
    Tensor gradients(UnitShard shard) {
        return gradients.narrow(0, shard.offset(), shard.size());
    }

    @Override
    public void close() {
        Native.close(parameters);
        Native.close(gradients);
    }
}

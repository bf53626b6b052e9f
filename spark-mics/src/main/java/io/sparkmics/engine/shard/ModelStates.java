package io.sparkmics.engine.shard;

import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.engine.device.ElementTypes;
import io.sparkmics.engine.device.Native;
import java.util.IdentityHashMap;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * One rank's 1/p of the model: its shards of parameters and of summed gradients, each in one flat tensor, unit after unit.
 * What the optimizer remembers lies beside it, in the same layout. Gradients and moments are of the trained units alone, which
 * come first; parameters that are not trained stand in a tensor of their own, in the type that is computed with.
 *
 * <p>In mixed precision the trained parameters are the masters, and gathers move a copy of them in that type.
 */
public final class ModelStates implements AutoCloseable {

    private final ShardLayout layout;
    private final ElementTypes types;
    private final Tensor trained;
    private final Tensor frozen;
    private final Tensor gradients;
    private final Tensor copy;
    private final Map<UnitShard, Tensor> gradientParts = new IdentityHashMap<>();

    public ModelStates(ShardLayout layout, ElementTypes types, RankDevice device) {
        this.layout = layout;
        this.types = types;
        long[] size = {layout.trainedSize()};
        try (PointerScope scope = new PointerScope()) {
            trained = torch.zeros(size, device.options(types.states()));
            frozen = torch.zeros(new long[] {layout.size() - layout.trainedSize()}, device.options(types.compute()));
            gradients = torch.zeros(size, device.options(types.states()));
            copy = types.mixed() ? torch.zeros(size, device.options(types.compute())) : null;
            layout.trained().forEach(shard -> gradientParts.put(shard, part(gradients, shard)));
            Native.keep(trained);
            Native.keep(frozen);
            Native.keep(gradients);
            gradientParts.values().forEach(Native::keep);
            if (copy != null) {
                Native.keep(copy);
            }
        }
    }

    public ShardLayout layout() {
        return layout;
    }

    public ElementTypes types() {
        return types;
    }

    /** The parameters of the trained units. */
    public Tensor trained() {
        return trained;
    }

    /** Those of the others. */
    public Tensor frozen() {
        return frozen;
    }

    /** Of the trained units. */
    public Tensor gradients() {
        return gradients;
    }

    /** The part of the parameters that is this rank's shard of the unit: a view, owned by the caller's scope. */
    public Tensor parameters(UnitShard shard) {
        return shard.unit().trainable()
                ? part(trained, shard)
                : frozen.narrow(0, shard.offset() - layout.trainedSize(), shard.size());
    }

    /** What the parameters of the unit are kept in. */
    public ScalarType kept(UnitShard shard) {
        return shard.unit().trainable() ? types.states() : types.compute();
    }

    /** The part of the gradients that is this rank's shard of a trained unit: a view, the same each time, this object's own. */
    public Tensor gradients(UnitShard shard) {
        return gradientParts.get(shard);
    }

    /** What a gather of the unit moves, in the type that is computed with: a view, owned by the caller's scope. */
    public Tensor gatherable(UnitShard shard) {
        return copy != null && shard.unit().trainable() ? part(copy, shard) : parameters(shard);
    }

    private static Tensor part(Tensor states, UnitShard shard) {
        return states.narrow(0, shard.offset(), shard.size());
    }

    /** Where the bytes begin that {@link #gatherable} shows; owned by the caller's scope. */
    public Pointer address(UnitShard shard) {
        return gatherable(shard).data_ptr();
    }

    /** Gathers move the trained parameters as they are now: to be called when they have changed. */
    public void refresh() {
        if (copy != null) {
            try (PointerScope scope = new PointerScope()) {
                copy.copy_(trained);
            }
        }
    }

    /** What all of it takes. */
    public long bytes() {
        return trained.nbytes() + frozen.nbytes() + gradients.nbytes() + (copy == null ? 0 : copy.nbytes());
    }

    @Override
    public void close() {
        gradientParts.values().forEach(Native::close);
        Native.close(trained);
        Native.close(frozen);
        Native.close(gradients);
        Native.close(copy);
    }
}

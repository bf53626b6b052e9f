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

/**
 * One rank's 1/p of the model: its shards of parameters and of summed gradients, each in one flat tensor, unit after unit.
 * What the optimizer remembers lies beside it, in the same layout. Gradients and moments are of the trained units alone, which
 * come first.
 *
 * <p>In mixed precision the parameters are the masters, and gathers move a copy of them in the type that is computed with.
 */
public final class ModelStates implements AutoCloseable {

    private final ShardLayout layout;
    private final ElementTypes types;
    private final Tensor parameters;
    private final Tensor gradients;
    private final Tensor copy;
    private final Map<UnitShard, Tensor> gradientParts = new IdentityHashMap<>();

    public ModelStates(ShardLayout layout, ElementTypes types, RankDevice device) {
        this.layout = layout;
        this.types = types;
        long[] size = {layout.size()};
        try (PointerScope scope = new PointerScope()) {
            parameters = torch.zeros(size, device.options(types.states()));
            gradients = torch.zeros(new long[] {layout.trainedSize()}, device.options(types.states()));
            copy = types.mixed() ? torch.zeros(size, device.options(types.compute())) : null;
            layout.trained().forEach(shard -> gradientParts.put(shard, part(gradients, shard)));
            Native.keep(parameters);
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

    public Tensor parameters() {
        return parameters;
    }

    /** Of the trained units. */
    public Tensor gradients() {
        return gradients;
    }

    /** The part of the parameters that has gradients: a view, owned by the caller's scope. */
    public Tensor trained() {
        return trained(parameters);
    }

    private Tensor trained(Tensor states) {
        return states.narrow(0, 0, layout.trainedSize());
    }

    /** The part of the parameters that is this rank's shard of the unit: a view, owned by the caller's scope. */
    public Tensor parameters(UnitShard shard) {
        return part(parameters, shard);
    }

    /** The part of the gradients that is this rank's shard of a trained unit: a view, the same each time, this object's own. */
    public Tensor gradients(UnitShard shard) {
        return gradientParts.get(shard);
    }

    /** What a gather of the unit moves, in the type that is computed with: a view, owned by the caller's scope. */
    public Tensor gatherable(UnitShard shard) {
        return part(copy == null ? parameters : copy, shard);
    }

    private static Tensor part(Tensor states, UnitShard shard) {
        return states.narrow(0, shard.offset(), shard.size());
    }

    /** Where the bytes begin that {@link #gatherable} shows; owned by the caller's scope. */
    public Pointer address(UnitShard shard) {
        return gatherable(shard).data_ptr();
    }

    /** Gathers move the parameters as they are now: to be called when all may have changed. */
    public void refresh() {
        if (copy != null) {
            copy.copy_(parameters);
        }
    }

    /** As {@link #refresh}, where only what is trained has changed. */
    public void refreshTrained() {
        if (copy != null) {
            try (PointerScope scope = new PointerScope()) {
                trained(copy).copy_(trained(parameters));
            }
        }
    }

    /** What the three take. */
    public long bytes() {
        return parameters.nbytes() + gradients.nbytes() + (copy == null ? 0 : copy.nbytes());
    }

    @Override
    public void close() {
        gradientParts.values().forEach(Native::close);
        Native.close(parameters);
        Native.close(gradients);
        Native.close(copy);
    }
}

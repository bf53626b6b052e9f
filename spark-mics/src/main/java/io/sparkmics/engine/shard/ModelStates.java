package io.sparkmics.engine.shard;

import io.sparkmics.bootstrap.collectives.Communicator;
import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.engine.device.ElementTypes;
import io.sparkmics.engine.device.Native;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * One rank's 1/p of the model: its shards of parameters and of summed gradients. What the optimizer remembers lies beside it, in
 * the same layout.
 *
 * <p>In mixed precision the parameters are the masters, and what is computed with is a copy of them in another type. Units that are
 * whole in their shard are computed with where they stand, and so are all units where the partition group has memory in common:
 * there each rank's shards are its part of them. Other units are gathered.
 */
public final class ModelStates implements AutoCloseable {

    private final ShardLayout layout;
    private final ElementTypes types;
    private final Optional<WholeUnits> common;
    private final ShardedState parameters;
    private final ShardedState computed;
    private final Tensor gradients;
    private final Map<UnitShard, Tensor> gradientParts = new IdentityHashMap<>();

    /** @param partition all its ranks make theirs at once */
    public ModelStates(ShardLayout layout, ElementTypes types, Communicator partition, RankDevice device) {
        this.layout = layout;
        this.types = types;
        common = WholeUnits.of(layout, types.compute(), partition);
        computed = common.map(units ->
                        ShardedState.within(units, layout, partition.group().index()))
                .orElseGet(() -> ShardedState.zeros(layout, types.compute(), device));
        parameters = types.mixed() ? ShardedState.zeros(layout, types.states(), device) : computed;
        try (PointerScope scope = new PointerScope()) {
            gradients = Native.keep(torch.zeros(new long[] {layout.size()}, device.options(types.states())));
            layout.shards()
                    .forEach(shard ->
                            gradientParts.put(shard, Native.keep(gradients.narrow(0, shard.offset(), shard.size()))));
        }
    }

    public ShardLayout layout() {
        return layout;
    }

    public ElementTypes types() {
        return types;
    }

    public ShardedState parameters() {
        return parameters;
    }

    /** This rank's shards of the summed gradients in one flat tensor, unit after unit. */
    public Tensor gradients() {
        return gradients;
    }

    /** The part of the gradients that is this rank's shard of the unit: a view, the same each time, this object's own. */
    public Tensor gradients(UnitShard shard) {
        return gradientParts.get(shard);
    }

    /** What a gather of the unit moves, in the type that is computed with: this object's own. */
    public Tensor gatherable(UnitShard shard) {
        return computed.of(shard);
    }

    /**
     * Where a unit stands whole from beginning to end, in the type that is computed with; empty where it must be gathered. Owned by
     * the caller's scope.
     */
    public Optional<Pointer> address(UnitShard shard) {
        if (shard.whole()) {
            return Optional.of(computed.of(shard).data_ptr());
        }
        return common.map(units -> units.of(shard).data_ptr());
    }

    /**
     * The unit's parameters whole, as they are kept, where they stand so: elements [p · shard size]; empty where they must be
     * gathered. This object's own.
     */
    public Optional<Tensor> masters(UnitShard shard) {
        if (shard.whole()) {
            return Optional.of(parameters.of(shard));
        }
        return types.mixed() ? Optional.empty() : common.map(units -> units.of(shard));
    }

    /** Whether ranks compute with what others of their partition group have in their shards. */
    public boolean inCommon() {
        return common.isPresent();
    }

    /** What is computed with are the parameters as they are now: to be called when they have changed. */
    public void refresh() {
        if (types.mixed()) {
            computed.copy(parameters);
        }
    }

    /** What all of it takes, of units in common this rank's part. */
    public long bytes() {
        return parameters.bytes() + gradients.nbytes() + (types.mixed() ? computed.bytes() : 0);
    }

    @Override
    public void close() {
        gradientParts.values().forEach(Native::close);
        Native.close(gradients);
        parameters.close();
        computed.close();
        common.ifPresent(WholeUnits::close);
    }
}

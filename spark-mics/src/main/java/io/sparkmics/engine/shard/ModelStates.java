package io.sparkmics.engine.shard;

import io.sparkmics.bootstrap.collectives.Communicator;
import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.engine.device.ElementTypes;
import io.sparkmics.engine.device.Native;
import io.sparkmics.engine.device.OwnedParts;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * One rank's 1/p of the model: its shards of parameters and of summed gradients. What the optimizer remembers lies beside it, in
 * the same layout.
 *
 * <p>Gradients and moments are of the trained units alone, which come first. In mixed precision their parameters are the
 * masters, and what is computed with is a copy of them in another type; what is not trained is kept in that type alone. Units
 * that are whole in their shard are computed with where they stand, and so are all units where the partition group has memory
 * in common: there each rank's shards are its part of them. Other units are gathered.
 */
public final class ModelStates implements AutoCloseable {

    private final ShardLayout layout;
    private final ElementTypes types;
    private final Optional<WholeUnits> common;
    private final Optional<ShardedState> masters;
    private final ShardedState parameters;
    private final ShardedState computed;
    private final Tensor gradients;
    private final Map<UnitShard, Tensor> gradientParts = new IdentityHashMap<>();
    private final OwnedParts parts = new OwnedParts();

    /** @param partition all its ranks make theirs at once */
    public ModelStates(ShardLayout layout, ElementTypes types, Communicator partition, RankDevice device) {
        this.layout = layout;
        this.types = types;
        try (PointerScope scope = new PointerScope()) {
            common =
                    WholeUnits.of(layout, types.compute(), partition).map(units -> parts.own(units, WholeUnits::close));
            computed = own(common.map(units ->
                            ShardedState.within(units, layout, partition.group().index()))
                    .orElseGet(() -> ShardedState.zeros(layout, types.compute(), device)));
            masters = types.mixed()
                    ? Optional.of(own(ShardedState.zeros(layout.ofTrained(), types.states(), device)))
                    : Optional.empty();
            parameters = masters.map(trained -> own(trained.with(computed))).orElse(computed);
            gradients = own(torch.zeros(new long[] {layout.trainedSize()}, device.options(types.states())));
            layout.trained()
                    .forEach(shard -> gradientParts.put(shard, own(gradients.narrow(0, shard.offset(), shard.size()))));
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private ShardedState own(ShardedState state) {
        return parts.own(state, ShardedState::close);
    }

    private Tensor own(Tensor tensor) {
        return parts.own(Native.keep(tensor), Native::close);
    }

    public ShardLayout layout() {
        return layout;
    }

    public ElementTypes types() {
        return types;
    }

    /** As they are kept: those that are not trained in the type that is computed with. */
    public ShardedState parameters() {
        return parameters;
    }

    /** What the parameters of the unit are kept in. */
    public ScalarType kept(UnitShard shard) {
        return shard.unit().trainable() ? types.states() : types.compute();
    }

    /** This rank's shards of the summed gradients in one flat tensor, trained unit after trained unit. */
    public Tensor gradients() {
        return gradients;
    }

    /** The part of the gradients that is this rank's shard of a trained unit: a view, the same each time, this object's own. */
    public Tensor gradients(UnitShard shard) {
        return gradientParts.get(shard);
    }

    /** What a gather of the unit moves, in the type that is computed with: this object's own. */
    public Tensor gatherable(UnitShard shard) {
        return computed.of(shard);
    }

    /**
     * Where a unit stands whole from beginning to end, in the type that is computed with; empty where it must be gathered.
     * Owned by the caller's scope.
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
        return kept(shard) == types.compute() ? common.map(units -> units.of(shard)) : Optional.empty();
    }

    /** Whether ranks compute with what others of their partition group have in their shards. */
    public boolean inCommon() {
        return common.isPresent();
    }

    /** What is computed with are the parameters as they are now: to be called when they have changed. */
    public void refresh() {
        masters.ifPresent(
                trained -> layout.trained().forEach(shard -> computed.of(shard).copy_(trained.of(shard))));
    }

    /** What all of it takes, of units in common this rank's part. */
    public long bytes() {
        return computed.bytes()
                + gradients.nbytes()
                + masters.map(ShardedState::bytes).orElse(0L);
    }

    @Override
    public void close() {
        parts.close();
    }
}

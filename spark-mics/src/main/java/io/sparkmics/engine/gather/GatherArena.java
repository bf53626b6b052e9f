package io.sparkmics.engine.gather;

import io.sparkmics.bootstrap.collectives.Pending;
import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.engine.device.ElementTypes;
import io.sparkmics.engine.device.FlatBuffer;
import io.sparkmics.engine.shard.ModelStates;
import io.sparkmics.engine.shard.UnitShard;
import io.sparkmics.plan.Placement;
import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The flat buffer in which units stand whole, each with room behind it for what its gather passes on. */
public final class GatherArena implements AutoCloseable {

    private final UnitGather gather;
    private final ModelStates states;
    private final FlatBuffer buffer;

    private GatherArena(UnitGather gather, ModelStates states, FlatBuffer buffer) {
        this.gather = gather;
        this.states = states;
        this.buffer = buffer;
    }

    /** Has room for each of the passes, one at a time, and for any unit alone as it is kept. */
    public static GatherArena of(List<UnitPass> passes, UnitGather gather, ModelStates states, RankDevice device) {
        LongStream whilePassing = passes.stream().mapToLong(UnitPass::bytes);
        LongStream asKept = states.layout().shards().stream()
                .filter(shard -> states.masters(shard).isEmpty())
                .mapToLong(shard -> bytes(shard, gather, states.kept(shard)));
        long bytes = LongStream.concat(whilePassing, asKept).max().orElse(0);
        return new GatherArena(gather, states, new FlatBuffer(bytes, device));
    }

    /** What a unit takes of the arena. */
    public static long bytes(UnitShard shard, UnitGather gather, ScalarType type) {
        int element = ElementTypes.bytes(type);
        return Placement.aligned(shard.paddedSize() * element) + Placement.aligned(gather.passing(shard) * element);
    }

    /** Starts the gather of a unit that computes, at an offset where nothing else stands. */
    Pending start(GatheredUnit unit, long offset) {
        try (PointerScope scope = new PointerScope()) {
            unit.standAt(buffer.address(offset));
            return gather.start(
                    states.gatherable(unit.shard()),
                    unit.wholeForWriting(),
                    passing(unit.shard(), offset, states.types().compute()));
        }
    }

    /**
     * The unit's parameters as they are kept, whole: elements [p · shard size], not to be changed; valid within the caller's
     * scope. Nothing else may stand in the arena.
     */
    public Tensor masters(UnitShard shard) {
        return states.masters(shard).orElseGet(() -> gatheredMasters(shard));
    }

    private Tensor gatheredMasters(UnitShard shard) {
        ScalarType type = states.kept(shard);
        Tensor whole = buffer.tensor(0, shard.paddedSize(), type);
        gather.start(states.parameters().of(shard), whole, passing(shard, 0, type))
                .join();
        return whole;
    }

    private Tensor passing(UnitShard shard, long offset, ScalarType type) {
        long behind = offset + Placement.aligned(shard.paddedSize() * ElementTypes.bytes(type));
        return buffer.tensor(behind, gather.passing(shard), type);
    }

    public long bytes() {
        return buffer.size();
    }

    @Override
    public void close() {
        buffer.close();
    }
}

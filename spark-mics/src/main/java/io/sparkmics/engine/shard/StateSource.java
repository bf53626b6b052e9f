package io.sparkmics.engine.shard;

import io.sparkmics.model.Unit;
import java.io.IOException;
import org.bytedeco.pytorch.Tensor;

/** Where states come from that an earlier run has left, whatever its world and its groups were. */
@FunctionalInterface
public interface StateSource {

    /**
     * Fills the target with elements of a unit's state as it is when whole, without padding. What it leaves out stays as it was.
     *
     * @param from the first of them
     * @param target 1-D, contiguous, on the CPU, in the type that states are kept in; valid during the call only
     */
    void read(Unit unit, StateKind kind, long from, Tensor target) throws IOException;
}

package io.sparkmics.engine;

import io.sparkmics.bootstrap.Pending;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;

/**
 * Which units are whole, and when. A pass is a list of positions, each of which names the units it reads. One rule decides
 * everything: at a position its own units are whole and the next position's are on their way; after it, what the next
 * position does not read is released.
 */
final class Residency {

    private final List<List<GatheredUnit>> positions;
    private final UnitGather gather;
    private final ModelStates states;
    private final Map<GatheredUnit, Pending> gathered = new IdentityHashMap<>();
    private long gathers;
    private long peakBytes;

    Residency(List<List<GatheredUnit>> positions, UnitGather gather, ModelStates states) {
        this.positions = positions;
        this.gather = gather;
        this.states = states;
    }

    void enter(int position) {
        unitsAt(position).forEach(this::start);
        unitsAt(position).forEach(unit -> gathered.get(unit).await());
        unitsAt(position + 1).forEach(this::start);
    }

    void leave(int position) {
        for (GatheredUnit unit : new ArrayList<>(gathered.keySet())) {
            if (!unitsAt(position + 1).contains(unit)) {
                gathered.remove(unit);
                unit.release();
            }
        }
    }

    private List<GatheredUnit> unitsAt(int position) {
        return position < positions.size() ? positions.get(position) : List.of();
    }

    private void start(GatheredUnit unit) {
        if (gathered.containsKey(unit)) {
            return;
        }
        unit.allocate();
        try (PointerScope scope = new PointerScope()) {
            gathered.put(unit, gather.start(states.parameters(unit.shard()), unit.wholeForWriting()));
        }
        gathers++;
        peakBytes = Math.max(peakBytes, occupiedBytes());
    }

    /** Bytes of the units that are whole or becoming so now, as their storages say. */
    long occupiedBytes() {
        return gathered.keySet().stream().mapToLong(GatheredUnit::occupiedBytes).sum();
    }

    /** The most that {@link #occupiedBytes} has been. */
    long peakBytes() {
        return peakBytes;
    }

    /** How many gathers were started. */
    long gathers() {
        return gathers;
    }
}

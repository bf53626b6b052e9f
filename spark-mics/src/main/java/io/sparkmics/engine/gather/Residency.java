package io.sparkmics.engine.gather;

import io.sparkmics.bootstrap.Pending;
import io.sparkmics.engine.device.WaitClock;
import io.sparkmics.engine.device.WaitKind;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Which units are whole, and when. One rule decides everything: at a position its own units are whole and those of the next
 * ones are on their way, as many as the pass is ahead; after it, what none of these reads is released.
 */
public final class Residency {

    private final UnitPass pass;
    private final GatherArena arena;
    private final WaitClock waits;
    private final Map<GatheredUnit, Pending> gathered = new IdentityHashMap<>();
    private long gathers;
    private long peakBytes;

    public Residency(UnitPass pass, GatherArena arena, WaitClock waits) {
        this.pass = pass;
        this.arena = arena;
        this.waits = waits;
    }

    public void enter(int position) {
        start(position);
        pass.unitsAt(position).forEach(unit -> waits.join(WaitKind.GATHER, gathered.get(unit)));
        for (int next = position + 1; next <= position + pass.ahead(); next++) {
            start(next);
        }
    }

    private void start(int position) {
        pass.unitsAt(position).forEach(unit -> start(unit, position));
    }

    /**
     * Also waits for the gathers behind it, which are done when the device has begun to compute: so where units come from
     * peers the host is never more than a position ahead of it, and a gather that hangs shows here, with its deadline, not in
     * a queue that is full.
     */
    public void leave(int position) {
        for (GatheredUnit unit : new ArrayList<>(gathered.keySet())) {
            if (!pass.readsSoon(unit, position)) {
                gathered.remove(unit).await();
                unit.release();
            }
        }
    }

    private void start(GatheredUnit unit, int position) {
        if (gathered.containsKey(unit)) {
            return;
        }
        gathered.put(unit, arena.start(unit, pass.offset(unit, position)));
        gathers++;
        peakBytes = Math.max(peakBytes, occupiedBytes());
    }

    /** Bytes of the units that are whole or becoming so now, as their storages say. */
    long occupiedBytes() {
        return gathered.keySet().stream().mapToLong(GatheredUnit::occupiedBytes).sum();
    }

    /** The most that {@link #occupiedBytes} has been. */
    public long peakBytes() {
        return peakBytes;
    }

    /** How many gathers were started. */
    public long gathers() {
        return gathers;
    }
}

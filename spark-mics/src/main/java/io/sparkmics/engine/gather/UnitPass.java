package io.sparkmics.engine.gather;

import io.sparkmics.plan.UnitPlaces;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * One pass through the stages: which units each of its positions reads that have to be gathered, and where in the arena they
 * stand then.
 */
public final class UnitPass {

    private final List<List<GatheredUnit>> positions;
    private final List<GatheredUnit> units;
    private final UnitPlaces places;
    private final int ahead;

    private UnitPass(List<List<GatheredUnit>> positions, UnitGather gather, ScalarType type, int ahead) {
        this.ahead = ahead;
        this.positions = positions.stream()
                .map(units -> units.stream().filter(unit -> !unit.stays()).toList())
                .toList();
        this.units = this.positions.stream().flatMap(List::stream).distinct().toList();
        this.places = UnitPlaces.of(
                this.positions.stream()
                        .map(position -> position.stream().map(units::indexOf).toList())
                        .toList(),
                units.stream()
                        .map(unit -> GatherArena.bytes(unit.shard(), gather, type))
                        .toList(),
                ahead);
    }

    /**
     * @param forward what each stage's forward pass reads
     * @param ahead how many positions ahead units are gathered
     */
    public static UnitPass forward(List<List<GatheredUnit>> forward, UnitGather gather, ScalarType type, int ahead) {
        return new UnitPass(forward, gather, type, ahead);
    }

    /**
     * @param forward what each stage's forward pass reads
     * @param backward what each stage's backward pass reads, in the order of the stages
     * @param ahead how many positions ahead units are gathered
     */
    public static UnitPass thereAndBack(
            List<List<GatheredUnit>> forward,
            List<List<GatheredUnit>> backward,
            UnitGather gather,
            ScalarType type,
            int ahead) {
        List<List<GatheredUnit>> positions = new ArrayList<>(forward);
        List<List<GatheredUnit>> back = new ArrayList<>(backward);
        Collections.reverse(back);
        positions.addAll(back);
        return new UnitPass(positions, gather, type, ahead);
    }

    /** The units that are gathered for a position; none behind the last. */
    List<GatheredUnit> unitsAt(int position) {
        return position < positions.size() ? positions.get(position) : List.of();
    }

    /** How many positions ahead units are gathered. */
    int ahead() {
        return ahead;
    }

    /** Whether a unit that is there at a position is read at one of those that are gathered then. */
    boolean readsSoon(GatheredUnit unit, int position) {
        for (int next = position + 1; next <= position + ahead; next++) {
            if (unitsAt(next).contains(unit)) {
                return true;
            }
        }
        return false;
    }

    /** Where a unit stands while the position reads it, in bytes. */
    long offset(GatheredUnit unit, int position) {
        return places.offset(units.indexOf(unit), position);
    }

    /** What the arena must have room for. */
    long bytes() {
        return places.bytes();
    }
}

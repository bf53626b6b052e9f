package io.sparkmics.engine;

import io.sparkmics.plan.UnitPlaces;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * One pass through the stages: which units each of its positions reads that have to be gathered, and where in the arena they
 * stand then.
 */
final class UnitPass {

    private final List<List<GatheredUnit>> positions;
    private final List<GatheredUnit> units;
    private final UnitPlaces places;

    private UnitPass(List<List<GatheredUnit>> positions, UnitGather gather, ScalarType type) {
        this.positions = positions.stream()
                .map(units ->
                        units.stream().filter(unit -> !unit.shard().whole()).toList())
                .toList();
        this.units = this.positions.stream().flatMap(List::stream).distinct().toList();
        this.places = UnitPlaces.of(
                this.positions.stream()
                        .map(position -> position.stream().map(units::indexOf).toList())
                        .toList(),
                units.stream()
                        .map(unit -> GatherArena.bytes(unit.shard(), gather, type))
                        .toList());
    }

    static UnitPass forward(List<BoundStage> stages, UnitGather gather, ScalarType type) {
        return new UnitPass(stages.stream().map(BoundStage::forwardUnits).toList(), gather, type);
    }

    static UnitPass thereAndBack(List<BoundStage> stages, UnitGather gather, ScalarType type) {
        List<List<GatheredUnit>> positions = new ArrayList<>();
        stages.forEach(stage -> positions.add(stage.forwardUnits()));
        List<BoundStage> back = new ArrayList<>(stages);
        Collections.reverse(back);
        back.forEach(stage -> positions.add(stage.backwardUnits()));
        return new UnitPass(positions, gather, type);
    }

    /** The units that are gathered for a position; none behind the last. */
    List<GatheredUnit> unitsAt(int position) {
        return position < positions.size() ? positions.get(position) : List.of();
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

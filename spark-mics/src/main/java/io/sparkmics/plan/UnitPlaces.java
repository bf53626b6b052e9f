package io.sparkmics.plan;

import io.sparkmics.plan.Placement.Stay;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the gathered units of one pass stand in a flat buffer. A pass is a list of positions, each of which names the units
 * it reads. One rule says who is there when: at a position its own units and the next position's are; after it, what the
 * next does not read goes.
 */
public final class UnitPlaces {

    private final List<Map<Integer, Long>> offsets = new ArrayList<>();
    private final long bytes;

    private UnitPlaces(List<List<Integer>> positions, List<Long> unitBytes) {
        List<Stay> stays = new ArrayList<>();
        List<Map<Integer, Integer>> stayAt = new ArrayList<>();
        for (int position = 0; position < positions.size(); position++) {
            Map<Integer, Integer> here = new HashMap<>();
            for (int unit : positions.get(position)) {
                Integer before = position == 0 ? null : stayAt.get(position - 1).get(unit);
                here.put(unit, before == null ? stays.size() : before);
                if (before == null) {
                    stays.add(new Stay(unitBytes.get(unit), arrival(position), departure(positions, position, unit)));
                }
            }
            stayAt.add(here);
        }
        Placement placement = Placement.of(stays);
        for (Map<Integer, Integer> here : stayAt) {
            Map<Integer, Long> places = new HashMap<>();
            here.forEach((unit, stay) -> places.put(unit, placement.offsets().get(stay)));
            offsets.add(places);
        }
        bytes = placement.bytes();
    }

    /**
     * @param positions the units that each reads, as places in {@code unitBytes}
     */
    public static UnitPlaces of(List<List<Integer>> positions, List<Long> unitBytes) {
        return new UnitPlaces(positions, unitBytes);
    }

    /** A position has two moments: when it is entered, and when the next one's units are sent for. */
    private static int arrival(int position) {
        return Math.max(0, 2 * position - 1);
    }

    private static int departure(List<List<Integer>> positions, int first, int unit) {
        int last = first;
        while (last + 1 < positions.size() && positions.get(last + 1).contains(unit)) {
            last++;
        }
        return 2 * last + 1;
    }

    /** Where the unit stands while the position reads it, in bytes. */
    public long offset(int unit, int position) {
        return offsets.get(position).get(unit);
    }

    /** What the buffer must have room for. */
    public long bytes() {
        return bytes;
    }
}

package io.sparkmics.plan;

import io.sparkmics.plan.Placement.Stay;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the gathered units of one pass stand in a flat buffer. A pass is a list of positions, each of which names the units
 * it reads. One rule says who is there when: at a position its own units and those of the next ones are, as many ahead as the
 * gathers are; after it, what none of the next ones reads goes.
 */
public final class UnitPlaces {

    /** How many positions ahead units are gathered, where nobody says otherwise. */
    public static final int AHEAD = 1;

    private final List<List<Integer>> positions;
    private final int ahead;
    private final List<Map<Integer, Long>> offsets = new ArrayList<>();
    private final long bytes;

    private UnitPlaces(List<List<Integer>> positions, List<Long> unitBytes, int ahead) {
        this.positions = positions;
        this.ahead = ahead;
        List<Stay> stays = new ArrayList<>();
        List<Map<Integer, Integer>> stayAt = new ArrayList<>();
        Map<Integer, Integer> lastRead = new HashMap<>();
        for (int position = 0; position < positions.size(); position++) {
            Map<Integer, Integer> here = new HashMap<>();
            for (int unit : positions.get(position)) {
                Integer before = lastRead.put(unit, position);
                if (before == null || position - before > ahead) {
                    here.put(unit, stays.size());
                    stays.add(new Stay(unitBytes.get(unit), arrival(position), departure(position, unit)));
                } else {
                    here.put(unit, stayAt.get(before).get(unit));
                }
            }
            stayAt.add(here);
        }
        Placement placement = Placement.smallest(stays);
        for (Map<Integer, Integer> here : stayAt) {
            Map<Integer, Long> places = new HashMap<>();
            here.forEach((unit, stay) -> places.put(unit, placement.offsets().get(stay)));
            offsets.add(places);
        }
        bytes = placement.bytes();
    }

    /**
     * @param positions the units that each reads, as places in {@code unitBytes}
     * @param ahead how many positions ahead units are gathered, at least 1
     */
    public static UnitPlaces of(List<List<Integer>> positions, List<Long> unitBytes, int ahead) {
        return new UnitPlaces(positions, unitBytes, ahead);
    }

    /** A position has two moments: when it is entered, and when units are sent for that come after it. */
    private int arrival(int position) {
        return position == 0 ? 0 : Math.max(1, 2 * (position - ahead) + 1);
    }

    private int departure(int first, int unit) {
        int last = first;
        for (int next = first + 1; next < positions.size() && next - last <= ahead; next++) {
            last = positions.get(next).contains(unit) ? next : last;
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

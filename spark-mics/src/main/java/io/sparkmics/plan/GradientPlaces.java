package io.sparkmics.plan;

import io.sparkmics.plan.Placement.Stay;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Where gradients on their way through hop 1 stand in a flat buffer: of each unit the whole gradient, from the first stage
 * whose backward pass adds to it until its hop 1 is done, and behind it this rank's part of the sum. A hop 1 is finished
 * when the next one has been started, the last one at the end of the micro-step.
 */
public final class GradientPlaces {

    /** How many hops 1 are on their way while a backward pass computes. */
    public static final int IN_FLIGHT = 1;

    private final List<Long> wholeBytes;
    private final Placement placement;

    /**
     * @param stages the units that each stage uses, as places in the other lists, in the order of the forward pass
     * @param wholeBytes of each unit's whole gradient
     * @param sumBytes of one rank's part of it
     */
    public GradientPlaces(List<List<Integer>> stages, List<Long> wholeBytes, List<Long> sumBytes) {
        this.wholeBytes = List.copyOf(wholeBytes);
        int[] begun = new int[wholeBytes.size()];
        int[] finished = new int[wholeBytes.size()];
        Deque<Integer> inFlight = new ArrayDeque<>();
        List<List<Integer>> completed = completedBy(stages);
        int moment = 0;
        for (int stage = stages.size() - 1; stage >= 0; stage--) {
            for (int unit : stages.get(stage)) {
                begun[unit] = begun[unit] == 0 ? ++moment : begun[unit];
            }
            for (int unit : completed.get(stage)) {
                inFlight.add(unit);
                moment++;
                if (inFlight.size() > IN_FLIGHT) {
                    finished[inFlight.remove()] = moment;
                }
            }
        }
        for (int unit : inFlight) {
            finished[unit] = moment;
        }
        List<Stay> stays = new ArrayList<>();
        for (int unit = 0; unit < wholeBytes.size(); unit++) {
            long bytes = Placement.aligned(wholeBytes.get(unit)) + Placement.aligned(sumBytes.get(unit));
            stays.add(new Stay(bytes, begun[unit], finished[unit]));
        }
        placement = Placement.of(stays);
    }

    /** For each stage the units that no earlier stage uses: after its backward pass their gradients are complete. */
    public static <U> List<List<U>> completedBy(List<List<U>> stages) {
        Set<U> seen = new HashSet<>();
        return stages.stream()
                .map(stage -> stage.stream().filter(seen::add).toList())
                .toList();
    }

    /** Where the unit's whole gradient stands, in bytes. */
    public long whole(int unit) {
        return placement.offsets().get(unit);
    }

    /** Where this rank's part of the sum stands, in bytes. */
    public long sum(int unit) {
        return whole(unit) + Placement.aligned(wholeBytes.get(unit));
    }

    /** What the buffer must have room for. */
    public long bytes() {
        return placement.bytes();
    }
}

package io.sparkmics.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The units of a model that are trained, numbered among themselves: what gradients, moments and hops are about.
 *
 * @param numbers of each of them, by its place among all units
 * @param sizes parameters of each, by number
 * @param stages the trained units that each stage reads, by number
 */
public record TrainedUnits(Map<Integer, Integer> numbers, List<Long> sizes, List<List<Integer>> stages) {

    public TrainedUnits {
        numbers = Map.copyOf(numbers);
        sizes = List.copyOf(sizes);
        stages = stages.stream().map(List::copyOf).toList();
    }

    static TrainedUnits of(List<Long> unitSizes, List<List<Integer>> stages, Set<Integer> frozen) {
        Map<Integer, Integer> numbers = new HashMap<>();
        List<Long> sizes = new ArrayList<>();
        for (int unit = 0; unit < unitSizes.size(); unit++) {
            if (!frozen.contains(unit)) {
                numbers.put(unit, sizes.size());
                sizes.add(unitSizes.get(unit));
            }
        }
        return new TrainedUnits(
                numbers,
                sizes,
                stages.stream()
                        .map(stage -> stage.stream()
                                .filter(numbers::containsKey)
                                .map(numbers::get)
                                .toList())
                        .toList());
    }

    /** The first stage that a backward pass comes to; behind the last where nothing is trained. */
    public int firstStage() {
        int stage = 0;
        while (stage < stages.size() && stages.get(stage).isEmpty()) {
            stage++;
        }
        return stage;
    }
}

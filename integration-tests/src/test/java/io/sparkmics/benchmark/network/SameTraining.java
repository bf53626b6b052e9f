package io.sparkmics.benchmark.network;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Whether two contestants learn the same: a fast one that does something else is none. */
final class SameTraining {

    /** Sums in another order make a difference of 1e-7 that AdamW's first steps enlarge. */
    private static final double TOLERANCE = 2e-3;

    private SameTraining() {}

    /**
     * The first difference, in words.
     *
     * @param turns of the one, from its first step on
     * @param reference of the other
     */
    static Optional<String> difference(List<Turn> turns, List<Turn> reference) {
        List<Double> losses =
                turns.stream().flatMap(turn -> turn.losses().stream()).toList();
        List<Double> norms =
                turns.stream().flatMap(turn -> turn.norms().stream()).toList();
        return difference(
                        "loss",
                        losses,
                        reference.stream()
                                .flatMap(turn -> turn.losses().stream())
                                .toList())
                .or(() -> difference(
                        "gradient norm",
                        norms.subList(0, 1),
                        reference.stream()
                                .flatMap(turn -> turn.norms().stream())
                                .toList()
                                .subList(0, 1)));
    }

    private static Optional<String> difference(String what, List<Double> values, List<Double> wanted) {
        for (int step = 0; step < values.size(); step++) {
            double value = values.get(step);
            double other = wanted.get(step);
            // Not a number is no small difference.
            if (!(Math.abs(value - other) <= TOLERANCE * Math.abs(other))) {
                return Optional.of(
                        String.format(Locale.ROOT, "%s of step %d is %.6f in place of %.6f", what, step, value, other));
            }
        }
        return Optional.empty();
    }
}

package io.sparkmics.benchmark;

import java.util.List;

/** What is told of several measurements of the same. */
public final class Median {

    private Median() {}

    /** The middle one; of an even count the mean of the middle two. */
    public static double of(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}

package io.sparkmics.monitor;

import java.util.List;
import java.util.Locale;

/** An axis on which each doubling is as long as the next. */
final class Doublings {

    private static final double ROUNDING = 1e-6;

    private Doublings() {}

    static double[] of(List<Double> values) {
        return values.stream().mapToDouble(Doublings::of).toArray();
    }

    static double of(double value) {
        return Math.log(value) / Math.log(2);
    }

    /** Between powers of two there are no numbers. */
    static String label(double doublings) {
        double whole = Math.rint(doublings);
        // Ticks are sums of fractions.
        if (Math.abs(doublings - whole) > ROUNDING) {
            return " ";
        }
        double value = Math.pow(2, whole);
        return value < 1
                ? String.format(Locale.ROOT, "%s", value)
                : String.format(Locale.ROOT, "%,d", Math.round(value));
    }
}

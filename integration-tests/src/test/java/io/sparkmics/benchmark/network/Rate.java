package io.sparkmics.benchmark.network;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a link passes on in each direction.
 *
 * @param text as tc reads it
 */
record Rate(String text, double bitsPerSecond) {

    private static final Pattern FORM = Pattern.compile("([0-9.]+)(kbit|mbit|gbit)");
    private static final Map<String, Double> UNITS = Map.of("kbit", 1e3, "mbit", 1e6, "gbit", 1e9);

    /** A packet of segments that the kernel cuts late must fit, or it is cut at once. */
    private static final long LEAST_BURST = 128 << 10;

    /** The kernel looks at a bucket no more often than its clock ticks, every 4 ms where it ticks least. */
    private static final double BURST_SECONDS = 0.004;

    static Rate of(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "Cannot shape a link to " + text + ": a rate is a number and kbit, mbit or gbit, as 100mbit.");
        }
        return new Rate(text, Double.parseDouble(matcher.group(1)) * UNITS.get(matcher.group(2)));
    }

    double bytesPerSecond() {
        return bitsPerSecond / 8;
    }

    /** What a bucket lets pass at once, in bytes. */
    long burst() {
        return Math.max(LEAST_BURST, Math.round(BURST_SECONDS * bytesPerSecond()));
    }
}

package io.sparkmics.bootstrap.deadline;

import java.util.Locale;

/** How errors write how long something took. */
final class Seconds {

    private Seconds() {}

    /** As in {@code 130 s}, and {@code 4.2 s} below ten. */
    static String of(long millis) {
        return millis < 10_000 ? String.format(Locale.ROOT, "%.1f s", millis / 1000.0) : millis / 1000 + " s";
    }
}

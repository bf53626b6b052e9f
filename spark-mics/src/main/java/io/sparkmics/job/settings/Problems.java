package io.sparkmics.job.settings;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong with settings, one sentence each, so that all of it can be said at once. */
final class Problems {

    private final List<String> found = new ArrayList<>();

    List<String> found() {
        return List.copyOf(found);
    }

    void add(String problem) {
        found.add(problem);
    }

    void addAll(List<String> problems) {
        found.addAll(problems);
    }

    void positive(String name, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            refuse(name, value, "it is not a positive number", "Set a positive, finite number");
        }
    }

    void atLeastZero(String name, double value) {
        if (!(value >= 0) || Double.isInfinite(value)) {
            refuse(name, value, "it is not a finite number from 0", "Set 0 or a positive number");
        }
    }

    void between(String name, double value, boolean oneToo) {
        if (!(value >= 0 && (oneToo ? value <= 1 : value < 1))) {
            String range = "from 0 to 1" + (oneToo ? "" : " (1 excluded)");
            refuse(name, value, "it is not " + range, "Set a number " + range);
        }
    }

    void choice(String name, String value, List<String> choices) {
        if (!choices.contains(value)) {
            refuse(name, value, "there is no such " + name, "Set one of " + String.join(", ", choices));
        }
    }

    void timeout(String name, Duration value) {
        if (value.isZero() || value.isNegative()) {
            refuse(name, value, "no time is left to wait", "Set at least one second");
        }
    }

    private void refuse(String name, Object value, String reason, String remedy) {
        add("Cannot use " + name + " " + value + ": " + reason + ". " + remedy + ".");
    }
}

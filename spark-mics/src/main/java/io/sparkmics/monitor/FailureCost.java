package io.sparkmics.monitor;

import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Says of a long run without checkpoints what a failure would cost, once, as soon as it is known how long it is. For one
 * thread.
 */
public final class FailureCost implements StepListener {

    private static final Duration LONG = Duration.ofMinutes(10);

    /** The first one is slow: it says little of the others. */
    private static final int STEPS_TIMED = 3;

    private final Consumer<String> out;
    private StepMetrics first;
    private boolean told;

    /** @param out takes one line, or none */
    public FailureCost(Consumer<String> out) {
        this.out = out;
    }

    @Override
    public void accept(StepMetrics metrics) {
        if (first == null || metrics.step() <= first.step()) {
            first = metrics;
        }
        long timed = metrics.step() - first.step();
        if (told || timed < STEPS_TIMED) {
            return;
        }
        told = true;
        double secondsPerStep = (metrics.seconds() - first.seconds()) / timed;
        if (secondsPerStep * (metrics.steps() - metrics.step()) > LONG.toSeconds()) {
            out.accept("Without checkpoints a failure would cost all of it, about "
                    + hours(secondsPerStep * (metrics.steps() - first.step() + 1)) + " h: set checkpointInterval.");
        }
    }

    private static String hours(double seconds) {
        Duration time = Duration.ofMinutes(Math.round(seconds / 60));
        return String.format(Locale.ROOT, "%d:%02d", time.toHours(), time.toMinutesPart());
    }
}

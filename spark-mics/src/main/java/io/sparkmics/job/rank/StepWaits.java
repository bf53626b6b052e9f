package io.sparkmics.job.rank;

import io.sparkmics.engine.device.WaitKind;
import io.sparkmics.monitor.WaitSeconds;
import java.util.Map;
import java.util.function.Supplier;

/** How long one rank waits for the others in its training steps: evaluations and the saved model do not count. */
final class StepWaits {

    private static final double NANOS = 1e9;

    private final Supplier<Map<WaitKind, Long>> clock;
    private WaitSeconds latest;
    private WaitSeconds total;

    /** @param clock nanoseconds until now; empty: nothing is measured */
    StepWaits(Supplier<Map<WaitKind, Long>> clock) {
        this.clock = clock;
    }

    <T> T during(Supplier<T> step) {
        Map<WaitKind, Long> before = clock.get();
        T result = step.get();
        Map<WaitKind, Long> after = clock.get();
        if (!after.isEmpty()) {
            latest = new WaitSeconds(
                    seconds(WaitKind.GATHER, before, after),
                    seconds(WaitKind.HOP_ONE, before, after),
                    seconds(WaitKind.HOP_TWO, before, after),
                    seconds(WaitKind.NORM, before, after));
            total = total == null ? latest : total.plus(latest);
        }
        return result;
    }

    private static double seconds(WaitKind kind, Map<WaitKind, Long> before, Map<WaitKind, Long> after) {
        return (after.get(kind) - before.get(kind)) / NANOS;
    }

    /** Of the last step; null where nothing is measured. */
    WaitSeconds latest() {
        return latest;
    }

    /** Of all steps; null where nothing is measured, or there was none. */
    WaitSeconds total() {
        return total;
    }
}

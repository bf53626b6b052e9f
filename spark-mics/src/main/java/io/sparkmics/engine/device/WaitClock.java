package io.sparkmics.engine.device;

import io.sparkmics.bootstrap.Pending;
import io.sparkmics.bootstrap.RankDevice;
import java.util.EnumMap;
import java.util.Map;

/**
 * How long the thread that computes has waited for collectives. Two looks at the clock for each wait; what a collective takes
 * while the thread computes does not count.
 *
 * <p>On the CPU only: behind a GPU's collectives the device waits, and the thread goes on. Left out are the comparisons of
 * checked collectives, in which the first step waits most.
 */
public final class WaitClock {

    private final boolean measures;
    private final Map<WaitKind, Long> nanos = new EnumMap<>(WaitKind.class);

    public WaitClock(RankDevice device) {
        measures = !device.isCuda();
        if (measures) {
            for (WaitKind kind : WaitKind.values()) {
                nanos.put(kind, 0L);
            }
        }
    }

    /** Joins a collective. */
    public void join(WaitKind kind, Pending collective) {
        if (!measures) {
            collective.join();
            return;
        }
        long begin = System.nanoTime();
        collective.join();
        nanos.merge(kind, System.nanoTime() - begin, Long::sum);
    }

    /** Nanoseconds until now of each kind, a copy; empty where nothing is measured. */
    public Map<WaitKind, Long> nanos() {
        return Map.copyOf(nanos);
    }
}

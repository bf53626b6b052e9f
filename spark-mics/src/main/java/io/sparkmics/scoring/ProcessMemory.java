package io.sparkmics.scoring;

import java.lang.management.ManagementFactory;
import java.util.Locale;

/** What this JVM could take outside its heap; in a container, of the container's memory. */
final class ProcessMemory {

    private ProcessMemory() {}

    static void require(String purpose, long needed) {
        var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        require(
                purpose,
                needed,
                system.getTotalMemorySize(),
                Runtime.getRuntime().totalMemory());
    }

    static void require(String purpose, long needed, long total, long heap) {
        if (needed > total - heap) {
            throw new IllegalStateException(String.format(
                    Locale.ROOT,
                    "Cannot %s: all its weights must be in one JVM and take %,d bytes, and this one has %,d bytes beside"
                            + " its heap of %,d. Use machines or containers with more memory.",
                    purpose,
                    needed,
                    total - heap,
                    heap));
        }
    }
}

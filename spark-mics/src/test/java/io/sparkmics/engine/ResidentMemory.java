package io.sparkmics.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process has of the machine's memory, as the kernel counts. */
final class ResidentMemory {

    private ResidentMemory() {}

    /** From now on the peak is what is resident now, or becomes so. */
    static void startAgain() throws IOException {
        Files.writeString(Path.of("/proc/self/clear_refs"), "5");
    }

    static long peakBytes() throws IOException {
        String line = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(status -> status.startsWith("VmHWM:"))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
    }
}

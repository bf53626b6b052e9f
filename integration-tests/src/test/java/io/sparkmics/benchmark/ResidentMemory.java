package io.sparkmics.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a process of this host has in memory, as the kernel counts: pages of files that it has mapped, too. In bytes. */
public record ResidentMemory(long process) {

    public static ResidentMemory ofThisProcess() {
        return new ResidentMemory(ProcessHandle.current().pid());
    }

    public long now() {
        return read("VmRSS:");
    }

    /** The most that it was since the process began, or since {@link #beginAgain}. */
    public long peak() {
        return read("VmHWM:");
    }

    /** From now on the peak is what is resident now, or becomes so. */
    public void beginAgain() throws IOException {
        Files.writeString(Path.of("/proc/" + process + "/clear_refs"), "5");
    }

    private long read(String field) {
        try {
            return Files.readAllLines(Path.of("/proc/" + process + "/status")).stream()
                    .filter(line -> line.startsWith(field))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

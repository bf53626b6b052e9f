package io.sparkmics.bootstrap.deadline;

import java.util.Arrays;
import java.util.List;

/**
 * A rank whose own code does not come back to the collectives.
 *
 * @param report since when, and after what
 * @param frames of its thread's stack that tell most: the top, and the first one of neither Java nor libtorch
 */
public record StuckRank(WaitReport report, List<String> frames) {

    public StuckRank {
        frames = List.copyOf(frames);
    }

    static StuckRank of(WaitReport report, Thread thread) {
        List<StackTraceElement> stack = Arrays.asList(thread.getStackTrace());
        List<String> frames = stack.stream()
                .filter(frame -> frame == stack.get(0) || !isLibrary(frame.getClassName()))
                .limit(2)
                .map(StuckRank::text)
                .distinct()
                .toList();
        return new StuckRank(report, frames);
    }

    /** Without the module and its loader. */
    private static String text(StackTraceElement frame) {
        return new StackTraceElement(
                        frame.getClassName(), frame.getMethodName(), frame.getFileName(), frame.getLineNumber())
                .toString();
    }

    private static boolean isLibrary(String name) {
        return name.startsWith("java.") || name.startsWith("jdk.") || name.startsWith("org.bytedeco.");
    }

    /** As in {@code rank 2 on b has been in its own code for 130 s after starting gather 8 of …, at Net.run(Net.java:9)}. */
    @Override
    public String toString() {
        return report + (frames.isEmpty() ? "" : ", at " + String.join(" in ", frames));
    }
}

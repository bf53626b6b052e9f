package io.sparkmics.job.cluster;

import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An executor that Spark has lost.
 *
 * @param executor what Spark calls the process
 * @param reason Spark's own words
 */
public record LostExecutor(String executor, String host, String reason) {

    private static final Pattern EXIT = Pattern.compile("(?i)exit(?:ed with)?(?: status| code)\\D{0,3}(\\d+)");

    private static final int OUT_OF_MEMORY = 52;
    private static final int KILLED = 137;
    private static final int ABORTED = 134;
    private static final int SEGMENTATION_FAULT = 139;
    private static final int TERMINATED = 143;

    OptionalInt exitCode() {
        Matcher matcher = EXIT.matcher(reason);
        return matcher.find() ? OptionalInt.of(Integer.parseInt(matcher.group(1))) : OptionalInt.empty();
    }

    /** Whether its own Java heap was too small. */
    public boolean outOfMemory() {
        return exitCode().orElse(0) == OUT_OF_MEMORY;
    }

    /** As in {@code Command exited with code 137 (killed: ...)}. */
    public String why() {
        return reason + meaning();
    }

    private String meaning() {
        return switch (exitCode().orElse(0)) {
            case OUT_OF_MEMORY -> " (its heap is full: raise spark.executor.memory)";
            case KILLED ->
                " (killed: by hand, or because its host or container had no memory left, in which case raise"
                        + " spark.executor.memoryOverhead)";
            case ABORTED, SEGMENTATION_FAULT -> " (native code ended it)";
            case TERMINATED -> " (asked to end, as by a cluster manager that takes it away)";
            default -> "";
        };
    }
}

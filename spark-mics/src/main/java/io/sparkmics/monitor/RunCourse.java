package io.sparkmics.monitor;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How a run came to its end: what {@code summary.json} tells of interruptions and checkpoints.
 *
 * @param attempts how many there were, 1 where nothing failed
 * @param resumedFrom where the run went on from when it began; null where it began with new parameters
 * @param checkpoints what it has saved; null where it saved none
 * @param stopped where it was ended before its last step; null where it was not
 * @param best whose parameters the model has; null where it has those of the last step
 */
public record RunCourse(int attempts, ResumedFrom resumedFrom, Checkpoints checkpoints, Stopped stopped, Best best) {

    /**
     * A checkpoint that was there already.
     *
     * @param path its folder
     * @param step how many steps were done
     */
    public record ResumedFrom(String path, long step) {

        Map<String, Object> describe() {
            Map<String, Object> description = new LinkedHashMap<>();
            description.put("path", path);
            description.put("step", step);
            return description;
        }
    }

    /**
     * The checkpoints of a run.
     *
     * @param count how many were committed
     * @param last the folder of the last one
     * @param seconds that saving took, all of them together
     * @param bytes of the last one, all shards together
     */
    public record Checkpoints(long count, String last, double seconds, long bytes) {

        Map<String, Object> describe() {
            Map<String, Object> description = new LinkedHashMap<>();
            description.put("count", count);
            description.put("last", last);
            description.put("seconds", seconds);
            description.put("bytes", bytes);
            return description;
        }
    }

    /**
     * An end before the last step, with its result.
     *
     * @param afterStep how many steps were done
     * @param reason who wanted it
     */
    public record Stopped(long afterStep, String reason) {}

    /**
     * The evaluation with the lowest loss.
     *
     * @param step how many were done
     * @param validationLoss what it said, in nats per token
     */
    public record Best(long step, double validationLoss) {}

    public RunCourse {
        if (attempts < 1) {
            throw new IllegalArgumentException(
                    "Cannot sum up a run of " + attempts + " attempts: it had at least one.");
        }
    }

    /** Which step's model it is, for people; empty where it is the last one's. */
    public Optional<String> describe() {
        String ended =
                stopped == null ? "" : "Ended after step " + stopped.afterStep() + ": " + stopped.reason() + ". ";
        return best == null
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "%sThe model is that of step %d, with the lowest held-out loss: %.4f.",
                        ended,
                        best.step(),
                        best.validationLoss()));
    }

    /**
     * The same summary with {@code attempts}, {@code resumedFrom}, {@code checkpoints}, {@code bestStep}, {@code
     * bestValidationLoss}, {@code stoppedAfterStep} and {@code stopReason}; what is null is left out.
     */
    public TrainingSummary addTo(TrainingSummary summary) {
        TrainingSummary told = summary.with("attempts", attempts);
        if (resumedFrom != null) {
            told = told.with("resumedFrom", resumedFrom.describe());
        }
        if (checkpoints != null) {
            told = told.with("checkpoints", checkpoints.describe());
        }
        if (best != null) {
            told = told.with("bestStep", best.step()).with("bestValidationLoss", best.validationLoss());
        }
        return stopped == null
                ? told
                : told.with("stoppedAfterStep", stopped.afterStep()).with("stopReason", stopped.reason());
    }
}

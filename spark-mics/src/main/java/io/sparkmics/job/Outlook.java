package io.sparkmics.job;

import io.sparkmics.bootstrap.groups.Names;
import io.sparkmics.plan.TrainingSchedule;
import java.util.Locale;

/**
 * What a run will take, told before its first step.
 *
 * @param model its name, and how large it is
 * @param counted what a step is told in: tokens, or rows
 * @param context how many of them a sequence has
 * @param bytesPerRank as planned, without activations
 */
record Outlook(
        String model,
        TrainingSchedule schedule,
        String counted,
        int context,
        int partitionGroupSize,
        boolean cuda,
        long bytesPerRank) {

    private static final long MEBIBYTE = 1L << 20;
    private static final long GIBIBYTE = 1L << 30;

    /** One line for people. */
    String describe() {
        return String.format(
                Locale.ROOT,
                "%s: %,d steps of %,d %s, on %s in partition groups of %d; each takes %s without activations.",
                model,
                schedule.steps(),
                (long) schedule.globalBatchSize() * context,
                counted,
                Names.count(schedule.worldSize(), cuda ? "GPU rank" : "CPU rank"),
                partitionGroupSize,
                size(bytesPerRank));
    }

    private static String size(long bytes) {
        return bytes < GIBIBYTE
                ? String.format(Locale.ROOT, "%.1f MiB", (double) bytes / MEBIBYTE)
                : String.format(Locale.ROOT, "%.1f GiB", (double) bytes / GIBIBYTE);
    }
}

package io.sparkmics.job;

import io.sparkmics.model.ModelName;
import io.sparkmics.plan.TrainingSchedule;
import java.util.Locale;

/** What a run will take, told before its first step. */
record Outlook(TrainingSettings settings, TrainingSchedule schedule, int partitionGroupSize, boolean cuda) {

    private static final double GIBIBYTE = 1 << 30;
    private static final double MEBIBYTE = 1 << 20;

    /** One line for people. */
    String describe() {
        return String.format(
                Locale.ROOT,
                "%s: %,d steps of %,d tokens, on %d %s in partition groups of %d; each takes %s without"
                        + " activations.",
                ModelName.withParameters(
                        settings.model(), settings.memoryModel().parameters()),
                schedule.steps(),
                (long) schedule.globalBatchSize() * settings.model().context(),
                schedule.worldSize(),
                cuda ? "GPUs" : "CPU ranks",
                partitionGroupSize,
                size(settings.memoryModel().bytesPerRank(partitionGroupSize)));
    }

    private static String size(long bytes) {
        return bytes < GIBIBYTE
                ? String.format(Locale.ROOT, "%.1f MiB", bytes / MEBIBYTE)
                : String.format(Locale.ROOT, "%.1f GiB", bytes / GIBIBYTE);
    }
}

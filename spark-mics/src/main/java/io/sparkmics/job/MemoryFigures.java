package io.sparkmics.job;

import io.sparkmics.engine.MemoryUse;
import io.sparkmics.job.rank.RankReport;
import io.sparkmics.monitor.TrainingSummary;
import io.sparkmics.plan.MemoryModel;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;

/**
 * What a rank was to take, beside what the one that took most took, in bytes.
 *
 * @param planned all that the plan predicts; activations are not in it
 * @param engine what the engine held from beginning to end
 * @param peak the most that all tensors took at once; 0 where ranks are on the CPU, which counts nothing
 */
record MemoryFigures(long planned, long engine, long peak) {

    static MemoryFigures of(MemoryModel model, int partitionGroupSize, List<RankReport> reports) {
        return new MemoryFigures(
                model.bytesPerRank(partitionGroupSize),
                most(reports, MemoryUse::engineBytes),
                most(reports, MemoryUse::peakBytes));
    }

    private static long most(List<RankReport> reports, ToLongFunction<MemoryUse> figure) {
        return reports.stream().map(RankReport::memory).mapToLong(figure).max().orElseThrow();
    }

    String describe() {
        String taken = peak > 0 ? String.format(Locale.ROOT, ", at its peak %,d with activations", peak) : "";
        return String.format(
                Locale.ROOT,
                "Bytes per rank: %,d planned without activations; the engine held %,d%s.",
                planned,
                engine,
                taken);
    }

    /** {@code plannedMemoryBytes}, {@code engineMemoryBytes} and, of a GPU, {@code peakMemoryBytes}. */
    TrainingSummary addTo(TrainingSummary summary) {
        TrainingSummary more = summary.with("plannedMemoryBytes", planned).with("engineMemoryBytes", engine);
        return peak > 0 ? more.with("peakMemoryBytes", peak) : more;
    }
}

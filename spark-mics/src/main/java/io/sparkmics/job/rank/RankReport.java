package io.sparkmics.job.rank;

import io.sparkmics.bootstrap.GroupKind;
import io.sparkmics.bootstrap.LinkClass;
import io.sparkmics.engine.MemoryUse;
import io.sparkmics.monitor.StepMetrics;
import io.sparkmics.monitor.WaitSeconds;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What one task of the barrier stage tells the driver at its end: small, and never weights.
 *
 * @param rank who says so
 * @param history the metrics of every step from the first one on, also of those before a checkpoint; from rank 0 only
 * @param bytes what this rank has sent in its training steps
 * @param waits how long this rank has waited for the others in those steps; null where it does not measure
 * @param memory what training has taken on it
 * @param finalLoss of the trained weights on the batch of the last update; the same on all ranks
 * @param failure why there is no model, and would be none if the stage ran again; else null
 */
public record RankReport(
        int rank,
        List<StepMetrics> history,
        Map<GroupKind, Map<LinkClass, Long>> bytes,
        WaitSeconds waits,
        MemoryUse memory,
        double finalLoss,
        String failure) {

    /** Of a rank that has come to an end which it would come to again. */
    static RankReport of(int rank, RuntimeException failure) {
        return new RankReport(rank, List.of(), Map.of(), null, null, Double.NaN, failure.getMessage());
    }

    /**
     * @param remedy what to say behind it
     * @throws IllegalStateException where a rank reports a failure, with its words
     */
    public static void requireTrained(List<RankReport> reports, String remedy) {
        reports.stream()
                .map(RankReport::failure)
                .filter(Objects::nonNull)
                .findFirst()
                .ifPresent(failure -> {
                    throw new IllegalStateException(failure + remedy);
                });
    }

    /** That of rank 0, which also says what all ranks would say alike. */
    public static RankReport first(List<RankReport> reports) {
        return reports.stream().filter(report -> report.rank() == 0).findFirst().orElseThrow();
    }

    /** The traffic of the cluster: what each rank has sent, added up. */
    public static Map<GroupKind, Map<LinkClass, Long>> totalBytes(List<RankReport> reports) {
        Map<GroupKind, Map<LinkClass, Long>> total = new EnumMap<>(GroupKind.class);
        reports.forEach(report -> StepTraffic.add(total, report.bytes(), 1));
        return total;
    }
}

package io.sparkmics.job;

import io.sparkmics.bootstrap.GroupKind;
import io.sparkmics.bootstrap.LinkClass;
import io.sparkmics.engine.MemoryUse;
import io.sparkmics.monitor.StepMetrics;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What one task of the barrier stage tells the driver at its end: small, and never weights.
 *
 * @param rank who says so
 * @param model what it has written; null where another rank does that
 * @param history the metrics of every step; from rank 0 only
 * @param bytes what this rank has sent in its training steps
 * @param memory what training has taken on it
 */
record RankReport(
        int rank,
        WrittenModel model,
        List<StepMetrics> history,
        Map<GroupKind, Map<LinkClass, Long>> bytes,
        MemoryUse memory) {

    /** The traffic of the cluster: what each rank has sent, added up. */
    static Map<GroupKind, Map<LinkClass, Long>> totalBytes(List<RankReport> reports) {
        Map<GroupKind, Map<LinkClass, Long>> total = new EnumMap<>(GroupKind.class);
        reports.forEach(report -> StepTraffic.add(total, report.bytes(), 1));
        return total;
    }
}

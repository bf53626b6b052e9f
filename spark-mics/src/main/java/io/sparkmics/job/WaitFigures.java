package io.sparkmics.job;

import io.sparkmics.job.rank.RankReport;
import io.sparkmics.monitor.TrainingSummary;
import io.sparkmics.monitor.WaitSeconds;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How long ranks have waited for each other in a step, in seconds.
 *
 * @param mean of all ranks
 * @param most of the rank that has waited longest
 * @param least of the rank that has waited shortest: the others waited for it
 */
record WaitFigures(WaitSeconds mean, WaitSeconds most, WaitSeconds least) {

    private static final Comparator<WaitSeconds> BY_SUM = Comparator.comparing(WaitSeconds::sum);

    /**
     * @param steps that the reports are of
     * @return empty where no rank has measured
     */
    static Optional<WaitFigures> of(List<RankReport> reports, long steps) {
        List<WaitSeconds> waits = reports.stream()
                .map(RankReport::waits)
                .filter(Objects::nonNull)
                .map(total -> total.dividedBy(steps))
                .toList();
        if (waits.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new WaitFigures(
                waits.stream().reduce(WaitSeconds.NONE, WaitSeconds::plus).dividedBy(waits.size()),
                waits.stream().max(BY_SUM).orElseThrow(),
                waits.stream().min(BY_SUM).orElseThrow()));
    }

    /** {@code waitSecondsPerStep}. */
    TrainingSummary addTo(TrainingSummary summary) {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("mean", mean);
        description.put("most", most);
        description.put("least", least);
        return summary.with("waitSecondsPerStep", description);
    }
}

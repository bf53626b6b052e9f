package io.sparkmics.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.engine.MemoryUse;
import io.sparkmics.job.rank.RankReport;
import io.sparkmics.monitor.TrainingSummary;
import io.sparkmics.monitor.WaitSeconds;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WaitFiguresTest {

    private static RankReport report(int rank, WaitSeconds waits) {
        return new RankReport(rank, List.of(), Map.of(), waits, new MemoryUse(1, 0), 1, null);
    }

    @Test
    void theSummaryHasTheMeanOfAllRanksAndThoseThatWaitedMostAndLeast() {
        WaitFigures figures = WaitFigures.of(
                        List.of(
                                report(0, new WaitSeconds(4, 2, 1, 0)),
                                report(1, new WaitSeconds(0, 0, 1, 1)),
                                report(2, new WaitSeconds(2, 1, 1, 2))),
                        2)
                .orElseThrow();

        assertThat(figures.mean()).isEqualTo(new WaitSeconds(1, 0.5, 0.5, 0.5));
        assertThat(figures.most()).isEqualTo(new WaitSeconds(2, 1, 0.5, 0));
        assertThat(figures.least()).isEqualTo(new WaitSeconds(0, 0, 0.5, 0.5));
        TrainingSummary summary =
                new TrainingSummary(3, 3, 1, 2, 0, 1, 1, 1, null, 1, 1, 2, Map.of(), Map.of(), Map.of());
        assertThat(figures.addTo(summary).describe())
                .extractingByKey("waitSecondsPerStep")
                .isEqualTo(Map.of("mean", figures.mean(), "most", figures.most(), "least", figures.least()));
    }

    @Test
    void whatNobodyMeasuredIsNotTold() {
        assertThat(WaitFigures.of(List.of(report(0, null), report(1, null)), 2)).isEmpty();
    }
}

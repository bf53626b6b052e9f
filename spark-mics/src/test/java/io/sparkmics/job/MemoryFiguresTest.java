package io.sparkmics.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.engine.MemoryUse;
import io.sparkmics.job.rank.RankReport;
import io.sparkmics.monitor.TrainingSummary;
import io.sparkmics.plan.ElementBytes;
import io.sparkmics.plan.MemoryModel;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MemoryFiguresTest {

    private static final MemoryModel MODEL =
            new MemoryModel(List.of(512L), List.of(List.of(0)), ElementBytes.same(Float.BYTES));

    private static RankReport report(int rank, long engineBytes, long peakBytes) {
        return new RankReport(rank, List.of(), Map.of(), null, new MemoryUse(engineBytes, peakBytes), 1, null);
    }

    private static Map<String, Object> summary(MemoryFigures figures) {
        return figures.addTo(new TrainingSummary(2, 2, 1, 1, 0, 1, 1, 1, null, 1, 1, 1, Map.of(), Map.of(), Map.of()))
                .describe();
    }

    @Test
    void theRankThatTookMostStandsBesideThePlan() {
        MemoryFigures figures = MemoryFigures.of(MODEL, 2, List.of(report(0, 9_000, 70_000), report(1, 8_000, 71_000)));

        assertThat(figures.planned()).isEqualTo(16 * 256 + 4 * 512 + 4 * (512 + 256) + 4 * 512);
        assertThat(figures.describe())
                .isEqualTo(
                        "Bytes per rank: 11,264 planned without activations; the engine held 9,000, at its peak 71,000"
                                + " with activations.");
        assertThat(summary(figures))
                .containsEntry("plannedMemoryBytes", 11_264L)
                .containsEntry("engineMemoryBytes", 9_000L)
                .containsEntry("peakMemoryBytes", 71_000L);
    }

    @Test
    void whatNobodyCountedIsNotTold() {
        MemoryFigures figures = MemoryFigures.of(MODEL, 2, List.of(report(0, 9_000, 0)));

        assertThat(figures.describe())
                .isEqualTo("Bytes per rank: 11,264 planned without activations; the engine held 9,000.");
        assertThat(summary(figures)).doesNotContainKey("peakMemoryBytes");
    }
}

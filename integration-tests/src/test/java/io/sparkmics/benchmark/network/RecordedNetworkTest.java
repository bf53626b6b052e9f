package io.sparkmics.benchmark.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The planner beside what was measured over shaped links. Of the rows it is told what a step with p = 1 takes of a core, and
 * no time.
 */
class RecordedNetworkTest {

    private static final Path FOLDER = Path.of("benchmarks");
    private static final int PERCENT = 15;

    @ParameterizedTest
    @ValueSource(
            strings = {"network-3.2m_2-cores-intel_2026-11-27.jsonl", "network-3.2m_2-cores-intel-mkl_2026-11-28.jsonl"
            })
    void stepsAreAsLongAsPlanned(String file) throws IOException {
        NetworkRow.read(FOLDER.resolve(file)).stream()
                .collect(Collectors.groupingBy(row -> List.of(row.network(), row.microSteps())))
                .values()
                .forEach(RecordedNetworkTest::assertPlanned);
    }

    /** A row whose own rounds differ by a quarter holds nobody to less. */
    private static boolean isSteady(NetworkRow row) {
        return Collections.max(row.seconds()) < 1.25 * Collections.min(row.seconds());
    }

    private static void assertPlanned(List<NetworkRow> rows) {
        NetworkPlan plan = NetworkPlan.calibrated(rows);
        assertThat(rows)
                .filteredOn(row -> plan.secondsOfStep(row).isPresent() && isSteady(row))
                .isNotEmpty()
                .allSatisfy(row -> assertThat(plan.secondsOfStep(row).orElseThrow())
                        .as(row.toString())
                        .isCloseTo(row.secondsOfStep(), withPercentage(PERCENT)));
    }
}

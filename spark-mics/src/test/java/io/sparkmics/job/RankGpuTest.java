package io.sparkmics.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RankGpuTest {

    private static final List<String> UUIDS = List.of("GPU-a", "GPU-b", "GPU-c");

    @Test
    void threadsOfOneProcessTakeWhatItSeesInCudasOrder() {
        assertThat(RankGpu.numbered(2, Optional.empty(), UUIDS)).isEqualTo("GPU-c");
        assertThat(RankGpu.numbered(0, Optional.of("2,0"), UUIDS)).isEqualTo("GPU-c");
        assertThat(RankGpu.numbered(1, Optional.of("2,0"), UUIDS)).isEqualTo("GPU-a");
    }

    @Test
    void aThreadMoreThanThereAreGpusIsRefused() {
        assertThatThrownBy(() -> RankGpu.numbered(2, Optional.of("2,0"), UUIDS))
                .hasMessage(
                        "Cannot give GPU 2 to partition 2: this process sees 2 GPUs. Set numWorkers to at most that.");
    }
}

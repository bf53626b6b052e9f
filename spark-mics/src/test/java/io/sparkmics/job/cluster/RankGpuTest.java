package io.sparkmics.job.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.bootstrap.machine.VisibleGpus;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RankGpuTest {

    private static final List<String> UUIDS = List.of("GPU-a", "GPU-b", "GPU-c");
    private static final VisibleGpus ALL = new VisibleGpus(UUIDS, Optional.empty());
    private static final VisibleGpus TWO = new VisibleGpus(UUIDS, Optional.of("2,0"));

    @Test
    void threadsOfOneProcessTakeWhatItSeesInCudasOrder() {
        assertThat(RankGpu.numbered(2, ALL)).isEqualTo(new RankGpu("GPU-c", 2));
        assertThat(RankGpu.numbered(0, TWO)).isEqualTo(new RankGpu("GPU-c", 0));
        assertThat(RankGpu.numbered(1, TWO)).isEqualTo(new RankGpu("GPU-a", 1));
    }

    @Test
    void whatSparkGivesByIndexIsKnownByItsUuid() {
        assertThat(RankGpu.at("2", ALL)).isEqualTo(new RankGpu("GPU-c", 2));
        assertThat(RankGpu.at("2", TWO)).isEqualTo(new RankGpu("GPU-c", 0));
        assertThat(RankGpu.at("GPU-a", TWO)).isEqualTo(new RankGpu("GPU-a", 1));
    }

    @Test
    void aThreadMoreThanThereAreGpusIsRefused() {
        assertThatThrownBy(() -> RankGpu.numbered(2, TWO))
                .hasMessage(
                        "Cannot give GPU 2 to partition 2: this process sees 2 GPUs. Set numWorkers to at most that.");
    }
}

package io.sparkmics.bootstrap.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VisibleGpusTest {

    private static final List<String> UUIDS = List.of("GPU-a1", "GPU-b2", "GPU-b3", "GPU-d4");

    @ParameterizedTest
    @CsvSource({"0, 0", "3, 3", "GPU-b3, 2", "GPU-a, 0"})
    void whereNothingIsHiddenTheIndexIsTheOrdinal(String address, int ordinal) {
        assertThat(new VisibleGpus(UUIDS, Optional.empty()).ordinal(address)).isEqualTo(ordinal);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "2; 2,3; 0",
                "3; 2,3; 1",
                "0; 3,0; 1",
                "GPU-d4; 2,3; 1",
                "3; GPU-a1,GPU-d4; 1",
                "GPU-b2; GPU-b2; 0",
                "1; GPU-a, GPU-b2; 1",
                "MIG-7; MIG-6,MIG-7; 1"
            })
    void cudaNumbersWhatIsVisibleInItsOrder(String address, String visible, int ordinal) {
        assertThat(new VisibleGpus(UUIDS, Optional.of(visible)).ordinal(address))
                .isEqualTo(ordinal);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"0; 2,3", "1; 0,-1,1", "0; ''", "0; NoDevFiles", "1; 0,GPU-b,1", "GPU-; 0", "x; 0"})
    void aGpuThatTheProcessCannotSeeIsRefused(String address, String visible) {
        assertThatThrownBy(() -> new VisibleGpus(UUIDS, Optional.of(visible)).ordinal(address))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot use GPU " + address + ": this machine has 4 (GPU-a1, GPU-b2, GPU-b3,"
                        + " GPU-d4), and CUDA_VISIBLE_DEVICES=" + visible + " hides all of them but ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"4", "-1", "00", "GPU-c", "GPU-b", ""})
    void aGpuThatIsNotThereIsRefused(String address) {
        assertThatThrownBy(() -> new VisibleGpus(UUIDS, Optional.empty()).ordinal(address))
                .hasMessageStartingWith("Cannot use GPU " + address + ": this machine has 4 (");
    }

    @Test
    void whereThereIsNoneThatIsSaid() {
        assertThatThrownBy(() -> new VisibleGpus(List.of(), Optional.empty()).ordinal("0"))
                .hasMessage(
                        "Cannot use GPU 0: this machine shows none. Let the discovery script print addresses that the"
                                + " executors can see, or set CUDA_VISIBLE_DEVICES for none of them.");
    }

    @Test
    void anEntryThatNamesNoGpuHidesThoseAfterIt() {
        assertThat(new VisibleGpus(UUIDS, Optional.of("3,1,9,0")).uuids()).containsExactly("GPU-d4", "GPU-b2");
        assertThat(new VisibleGpus(UUIDS, Optional.of("")).uuids()).isEmpty();
        assertThat(new VisibleGpus(UUIDS, Optional.empty()).uuids()).isEqualTo(UUIDS);
    }
}

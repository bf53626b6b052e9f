package io.sparkmics.bootstrap.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class CudnnAttentionTest {

    @BeforeAll
    static void load() {
        NativeLibraries.load();
    }

    @Test
    void libtorchIsToldWhatIsSet() {
        assertThat(torch.globalContext().userEnabledCuDNNSDP()).isTrue();
        CudnnAttention.apply(Optional.of("Off"));
        try {
            assertThat(torch.globalContext().userEnabledCuDNNSDP()).isFalse();
            assertThat(torch.globalContext().userEnabledFlashSDP())
                    .as("what takes its place")
                    .isTrue();
        } finally {
            CudnnAttention.apply(Optional.empty());
        }
        assertThat(torch.globalContext().userEnabledCuDNNSDP()).isTrue();
    }

    @Test
    void whatIsNeitherOnNorOffIsRefused() {
        assertThatThrownBy(() -> CudnnAttention.apply(Optional.of("flash")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Cannot set spark.mics.cudnn.attention or SPARK_MICS_CUDNN_ATTENTION to flash: it is on or"
                        + " off. Set one of the two.");
    }
}

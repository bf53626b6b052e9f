package io.sparkmics.benchmark.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworkTrafficTest {

    private static final NetworkOptions OPTIONS = NetworkOptions.parse();

    /** Of all parameters in single precision, and a little for shards that are filled up. */
    private static double bytes(double times) {
        var config = OPTIONS.config();
        long width = config.width();
        long parameters =
                config.layers() * width * (12 * width + 13) + width * (config.vocabularySize() + config.context() + 2);
        return times * Float.BYTES * parameters;
    }

    @ParameterizedTest
    @CsvSource({"2, 1.0", "4, 1.5", "8, 1.75"})
    void withOneCopyOnEachHostTheGradientsGoRoundTheHostsOnceAStep(int hosts, double times) {
        assertThat(NetworkTraffic.bytesOfStep(OPTIONS, hosts, Contestant.P_K)).isCloseTo(bytes(times), within(100.0));
        assertThat(NetworkTraffic.bytesOfStep(OPTIONS, hosts, Contestant.FSDP_HYBRID))
                .isEqualTo(NetworkTraffic.bytesOfStep(OPTIONS, hosts, Contestant.P_K));
    }

    @Test
    void withOneCopyOnAllHostsEachMicroStepHasThreePasses() {
        double rings = NetworkTraffic.bytesOfStep(OPTIONS, 2, Contestant.FSDP);
        double hostsFirst = NetworkTraffic.bytesOfStep(OPTIONS, 2, Contestant.P_W_FLAT);
        // Backwards the positions are not read, and the last norm is still there.
        long once = (long) OPTIONS.config().width() * (OPTIONS.config().context() + 2L);

        assertThat(rings).isEqualTo(bytes(4 * 3 * 0.75) - 4 * 0.75 * Float.BYTES * once);
        assertThat(hostsFirst).isEqualTo(bytes(4 * 3 * 0.5) - 4 * 0.5 * Float.BYTES * once);
    }
}

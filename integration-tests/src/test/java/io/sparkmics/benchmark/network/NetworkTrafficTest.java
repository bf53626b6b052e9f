package io.sparkmics.benchmark.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworkTrafficTest {

    private static final NetworkOptions OPTIONS = NetworkOptions.parse();
    private static final int MICRO_STEPS = 4;

    /** Of all parameters in single precision, and a little for shards that are filled up. */
    private static double bytes(double times) {
        var config = OPTIONS.config();
        long width = config.width();
        long parameters =
                config.layers() * width * (12 * width + 13) + width * (config.vocabularySize() + config.context() + 2);
        return times * Float.BYTES * parameters;
    }

    private static double planned(int hosts, String contestant) {
        NetworkSetting network = NetworkSetting.of(OPTIONS, hosts, Rate.of("100mbit"));
        return NetworkTraffic.bytesOfStep(network, MICRO_STEPS, Contestant.named(contestant));
    }

    @ParameterizedTest
    @CsvSource({"2, 1.0", "4, 1.5", "8, 1.75"})
    void withOneCopyOnEachHostTheGradientsGoRoundTheHostsOnceAStep(int hosts, double times) {
        assertThat(planned(hosts, "p-k")).isCloseTo(bytes(times), within(100.0));
        assertThat(planned(hosts, "fsdp-hybrid")).isEqualTo(planned(hosts, "p-k"));
    }

    @Test
    void withOneCopyOnAllHostsEachMicroStepHasThreePasses() {
        double rings = planned(2, "fsdp");
        double hostsFirst = planned(2, "p-w-flat");
        // Backwards the positions are not read, and the last norm is still there.
        long once = (long) OPTIONS.config().width() * (OPTIONS.config().context() + 2L);

        assertThat(rings).isEqualTo(bytes(MICRO_STEPS * 3 * 0.75) - MICRO_STEPS * 0.75 * Float.BYTES * once);
        assertThat(hostsFirst).isEqualTo(bytes(MICRO_STEPS * 3 * 0.5) - MICRO_STEPS * 0.5 * Float.BYTES * once);
    }

    @Test
    void whatIsNamedByANumberIsTheSame() {
        assertThat(planned(4, "p-8")).isEqualTo(planned(4, "p-w-flat"));
        assertThat(planned(4, "p-2")).isEqualTo(planned(4, "p-k"));
    }
}

package io.sparkmics.benchmark.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NetworkPlanTest {

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
        return NetworkPlan.bytesOfStep(network, MICRO_STEPS, Contestant.named(contestant));
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

    private static NetworkRow row(String contestant, NetworkSetting network, double coreSeconds) {
        int p = Contestant.named(contestant).partitionGroupSize(network.worldSize(), network.ranksPerHost());
        return new NetworkRow(contestant, p, network, MICRO_STEPS, List.of(1.0), 1, 0, coreSeconds, null, null);
    }

    private static double seconds(NetworkPlan plan, NetworkRow row) {
        return plan.secondsOfStep(row).orElseThrow();
    }

    @Test
    void overASlowLinkAStepTakesWhatItsBytesDo() {
        NetworkRow row = row("p-k", NetworkSetting.of(OPTIONS, 2, Rate.of("1mbit")), 0.1);
        double seconds = bytes(1.0) / (0.97 * 1e6 / 8);

        assertThat(seconds(NetworkPlan.calibrated(List.of(row)), row)).isCloseTo(seconds, withPercentage(1));
    }

    @Test
    void overAFastLinkAStepTakesWhatARanksPartOfTheCoresTakes() {
        NetworkSetting quarter = NetworkSetting.of(NetworkOptions.parse("cores=0.5"), 2, Rate.of("100000gbit"));
        NetworkRow dataParallel = row("p-1", quarter, 3);
        NetworkRow pairs = row("p-k", quarter, 7);
        NetworkPlan plan = NetworkPlan.calibrated(List.of(pairs, dataParallel));

        assertThat(seconds(plan, dataParallel)).isCloseTo(3 / 0.25, withPercentage(1));
        // What they took is not looked at. Each updates half as much.
        assertThat(seconds(plan, pairs)).isBetween(0.95 * 3 / 0.25, 3 / 0.25);
    }

    @Test
    void eachTurnBetweenHostsTakesLongerWhereTheyAreFartherApart() {
        NetworkRow row = row("p-1", NetworkSetting.of(OPTIONS, 4, Rate.of("1gbit")), 0.2);
        NetworkPlan plan = NetworkPlan.calibrated(List.of(row));

        // There and back on a ring of four, at least once.
        assertThat(seconds(plan.farther(0.1), row)).isGreaterThan(seconds(plan, row) + 6 * 0.1);
    }

    @Test
    void whatTheEngineDoesNotDoIsNotPlanned() {
        NetworkSetting network = NetworkSetting.of(OPTIONS, 4, Rate.of("100mbit"));

        assertThat(List.of("ddp", "fsdp", "p-2-without-overlap", "p-2-without-two-hop"))
                .allSatisfy(id -> assertThat(new NetworkPlan(1, 0).secondsOfStep(row(id, network, 1)))
                        .isEmpty());
    }

    @Test
    void whatIsNamedByANumberIsTheSame() {
        assertThat(planned(4, "p-8")).isEqualTo(planned(4, "p-w-flat"));
        assertThat(planned(4, "p-2")).isEqualTo(planned(4, "p-k"));
    }
}

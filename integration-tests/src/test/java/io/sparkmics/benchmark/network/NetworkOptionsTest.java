package io.sparkmics.benchmark.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class NetworkOptionsTest {

    @Test
    void whatIsNotSaidIsTheStandard() {
        NetworkOptions options = NetworkOptions.parse("hosts=8", "rate=100mbit,1gbit", "contestants=p-k,ddp");

        assertThat(options.hosts()).containsExactly(8);
        assertThat(options.rates()).extracting(Rate::bitsPerSecond).containsExactly(1e8, 1e9);
        assertThat(options.contestants(true)).containsExactly(Contestant.DDP);
        assertThat(options.contestants(false)).containsExactly(Contestant.named("p-k"));
        assertThat(options.ranksPerHost()).isEqualTo(2);
        assertThat(options.microSteps()).containsExactly(4);
        assertThat(options.cores()).isEmpty();
        assertThat(options.recorded()).isEmpty();
    }

    @Test
    void anUnknownOptionIsRefusedByName() {
        assertThatThrownBy(() -> NetworkOptions.parse("host=2"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "Cannot read host=2: the options are [contestants, context, cores, folder, heads,");
    }

    @Test
    void anUnknownContestantIsRefusedByName() {
        assertThatThrownBy(() -> NetworkOptions.parse("contestants=p-k,horovod"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "Cannot measure horovod: the contestants are ddp,fsdp-hybrid,fsdp and, for ours, p- and");
    }

    @Test
    void aRateNeedsAUnit() {
        assertThatThrownBy(() -> NetworkOptions.parse("rate=100"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot shape a link to 100: a rate is a number and kbit, mbit or gbit, as 100mbit.");
    }

    @Test
    void oneHostOneRankOrPyTorchAloneAreNoComparison() {
        assertThatThrownBy(() -> NetworkOptions.parse("hosts=1"))
                .hasMessage("Cannot measure [1] hosts: each number must be from 2 to 250.");
        assertThatThrownBy(() -> NetworkOptions.parse("k=1"))
                .hasMessageStartingWith("Cannot measure k = 1: with one rank on each host p = k is p = 1.");
        assertThatThrownBy(() -> NetworkOptions.parse("contestants=ddp,fsdp"))
                .hasMessageStartingWith(
                        "Cannot measure ddp,fsdp alone: the weights that all begin with come from ours.");
        assertThatThrownBy(() -> NetworkOptions.parse("rounds=0"))
                .hasMessage("Cannot use rounds=0: the value must be at least 1.");
    }

    @Test
    void groupsOfAnySizeThatDividesTheRanksAreContestants() {
        assertThat(NetworkOptions.parse(
                                "hosts=4",
                                "contestants=p-2,p-4-hierarchical,p-8,p-k-without-overlap,p-2-without-two-hop,p-8-ahead-2,"
                                        + "p-k-bfloat16")
                        .contestants())
                .extracting(Contestant::label)
                .containsExactly(
                        "ours, p = 2, flat",
                        "ours, p = 4, hierarchical",
                        "ours, p = 8, flat",
                        "ours, p = k (MiCS), hop 2 behind the step",
                        "ours, p = 2, flat, hop 2 in each micro-step",
                        "ours, p = 8, flat, gathers 2 stages ahead",
                        "ours, p = k (MiCS), hop 2 in bfloat16");
    }

    @Test
    void groupsThatCannotBeMadeAreAllNamed() {
        assertThatThrownBy(() ->
                        NetworkOptions.parse("hosts=2", "contestants=p-k,p-3,p-2-hierarchical,p-1-without-two-hop"))
                .hasMessage(
                        "Cannot measure p-3 among 4 ranks: they do not make groups of 3. p-2-hierarchical: groups of 2"
                                + " do not span several whole hosts of 2 ranks. p-1-without-two-hop: with p = 1 of 4 there are"
                                + " no two hops. Use other contestants or hosts.");
    }

    @Test
    void microStepsAreSweptAndHostsHeldToCores() {
        NetworkOptions options = NetworkOptions.parse("microSteps=1,4,16", "cores=0.2");

        assertThat(options.microSteps()).containsExactly(1, 4, 16);
        assertThat(options.cores()).hasValue(0.2);
        assertThatThrownBy(() -> NetworkOptions.parse("cores=0.01"))
                .hasMessage("Cannot hold hosts to 0.01 cores: the kernel takes no less than 0.05. Use more, as 0.2.");
        assertThatThrownBy(() -> NetworkOptions.parse("microSteps=4,0"))
                .hasMessage("Cannot use microSteps=0: the value must be at least 1.");
    }

    @Test
    void whatIsMeasuredByDefaultAreSevenWays() {
        assertThat(Contestant.ids(NetworkOptions.parse().contestants())).isEqualTo(Contestant.STANDARD);
    }
}

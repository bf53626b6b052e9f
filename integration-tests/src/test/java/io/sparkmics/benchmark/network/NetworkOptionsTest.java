package io.sparkmics.benchmark.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class NetworkOptionsTest {

    @Test
    void whatIsNotSaidIsTheStandard() {
        NetworkOptions options = NetworkOptions.parse("hosts=8", "rate=100mbit,1gbit", "contestants=p-k,ddp");

        assertThat(options.hosts()).containsExactly(8);
        assertThat(options.rates()).extracting(Rate::bitsPerSecond).containsExactly(1e8, 1e9);
        assertThat(options.contestants(true)).containsExactly(Contestant.DDP);
        assertThat(options.contestants(false)).containsExactly(Contestant.P_K);
        assertThat(options.ranksPerHost()).isEqualTo(2);
        assertThat(options.tokens(8)).isEqualTo(8 * 2 * 4 * 128);
    }

    @Test
    void anUnknownOptionIsRefusedByName() {
        assertThatThrownBy(() -> NetworkOptions.parse("host=2"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot read host=2: the options are [contestants, context, heads, hosts, k,");
    }

    @Test
    void anUnknownContestantIsRefusedByName() {
        assertThatThrownBy(() -> NetworkOptions.parse("contestants=p-k,horovod"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot measure horovod: the contestants are"
                        + " p-k,p-1,p-w-hierarchical,p-w-flat,ddp,fsdp-hybrid,fsdp.");
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
    void allContestantsCanBeNamed() {
        String all = Contestant.ids(List.of(Contestant.values()));

        assertThat(NetworkOptions.parse("contestants=" + all).contestants()).containsExactly(Contestant.values());
    }
}

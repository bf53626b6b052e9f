package io.sparkmics.benchmark.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where root may make network namespaces. */
class VirtualNetworkTest {

    @Test
    void hostsHaveShapedLinksAndNothingIsLeftOfThem() throws IOException {
        String own = "spark-mics-" + ProcessHandle.current().pid() + "-";
        try (VirtualNetwork network = new VirtualNetwork(2)) {
            try {
                network.open();
            } catch (IOException e) {
                abort(e.getMessage());
            }
            network.shape(Rate.of("20mbit"));

            assertThat(on(network, 0, "ip address show dev eth0")).contains("inet 10.77.0.1/24");
            assertThat(on(network, 1, "ip address show dev eth0")).contains("inet 10.77.0.2/24");
            assertThat(on(network, 1, "tc qdisc show dev eth0")).contains("tbf", "rate 20Mbit");
            assertThat(network.bytes().sent()).hasSize(2);
            assertThat(Shell.run("ip netns list")).contains(own + "switch", own + "host-0", own + "host-1");
        }

        assertThat(Shell.run("ip netns list")).doesNotContain(own);
    }

    private static String on(VirtualNetwork network, int host, String command) throws IOException {
        return Shell.run(String.join(" ", network.on(host, List.of(command.split(" ")))));
    }
}

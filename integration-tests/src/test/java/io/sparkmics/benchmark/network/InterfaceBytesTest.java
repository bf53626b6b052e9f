package io.sparkmics.benchmark.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class InterfaceBytesTest {

    private static final String TABLE = """
            Inter-|   Receive                                                |  Transmit
             face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
                lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0
            port-0:    1500      10    0    0    0     0          0         0      700      12    0    0    0     0       0          0
            port-1:12345678901   10    0    0    0     0          0         0     2500      12    0    0    0     0       0          0
            """;

    @Test
    void whatAPortReceivesItsHostHasSent() {
        InterfaceBytes bytes = InterfaceBytes.ofPorts(TABLE, List.of("port-0", "port-1"));

        assertThat(bytes.sent()).containsExactly(1500L, 12345678901L);
        assertThat(bytes.received()).containsExactly(700L, 2500L);
    }

    @Test
    void theBusiestDirectionOfAnyLinkCounts() {
        InterfaceBytes before = new InterfaceBytes(List.of(1L, 2L), List.of(3L, 4L));
        InterfaceBytes after = new InterfaceBytes(List.of(11L, 12L), List.of(43L, 24L));

        assertThat(after.since(before).busiest()).isEqualTo(40);
    }

    @Test
    void aMissingPortIsNamed() {
        assertThatThrownBy(() -> InterfaceBytes.ofPorts(TABLE, List.of("port-7")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot count bytes: there is no port-7 among\nInter-|");
    }
}

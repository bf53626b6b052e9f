package io.sparkmics.bootstrap.gloo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.groups.GroupKind;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.util.List;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class GlooListenerTest {

    /** As the kernel writes it: four little-endian numbers in hexadecimal. */
    private static final String IPV6_LOOPBACK = "00000000000000000000000001000000:";

    @Test
    void ranksListenOnTheChosenAddressOnlyAndNoLongerThanTheyLive() throws IOException {
        assertListenersOf("127.0.0.3", "127.0.0.3:");
    }

    @Test
    void anIpv6AddressMayStandInBrackets() throws IOException {
        requireIpv6(InetAddress.getByName("::1"));
        assertListenersOf("::1", IPV6_LOOPBACK);
        assertListenersOf("[::1]", IPV6_LOOPBACK);
    }

    /** An address of one link is nothing without the interface. */
    @Test
    void anIpv6AddressMayNameItsInterface() throws IOException {
        Inet6Address linkLocal = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> address.isLinkLocalAddress() && address instanceof Inet6Address)
                .map(Inet6Address.class::cast)
                .findFirst()
                .orElseGet(() -> Assumptions.abort("no interface of this machine has a link-local IPv6 address"));
        assertListenersOf(linkLocal.getHostAddress(), "000080FE");
        assertListenersOf("[" + linkLocal.getHostAddress() + "]", "000080FE");
    }

    @Test
    void aNameThatNobodyKnowsIsSaid() {
        assertThatThrownBy(() -> ThreadRanks.of(2)
                        .over(() -> GlooTransport.on("nobody.invalid"))
                        .run(rank -> null))
                .cause()
                .hasMessage(
                        "Cannot connect nobody.invalid with the other 1 rank: this host knows no address of that name."
                                + " Check that the hosts reach each other at the addresses that Spark knows them by.");
    }

    private static void requireIpv6(InetAddress address) {
        try (ServerSocket socket = new ServerSocket(0, 1, address)) {
            assertThat(socket.isBound()).isTrue();
        } catch (IOException e) {
            Assumptions.abort("this machine has no IPv6: " + e.getMessage());
        }
    }

    private static void assertListenersOf(String host, String prefix) throws IOException {
        Set<String> before = GlooListeners.addresses();
        List<Set<String>> during = ThreadRanks.of(3)
                .over(() -> GlooTransport.on(host))
                .run(rank -> {
                    try (Tensor tensor = torch.ones(1)) {
                        rank.communicator(GroupKind.PARTITION).allReduce(tensor).await();
                        Set<String> found = GlooListeners.addresses();
                        rank.communicator(GroupKind.PARTITION).allReduce(tensor).await();
                        return found;
                    }
                });
        during.forEach(found -> {
            found.removeAll(before);
            assertThat(found).hasSize(3).allMatch(address -> address.startsWith(prefix));
        });
        Set<String> after = GlooListeners.addresses();
        after.removeAll(before);
        assertThat(after).isEmpty();
    }
}

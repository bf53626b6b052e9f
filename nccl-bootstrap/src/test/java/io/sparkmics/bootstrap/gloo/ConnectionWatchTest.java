package io.sparkmics.bootstrap.gloo;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class ConnectionWatchTest {

    /** A rank that had nothing to do may be gone before another one has looked round. */
    @Test
    void aPeerThatIsGoneAlreadyIsNotWatchedAndNoError() throws Exception {
        CommunicationSettings settings = CommunicationSettings.of(2);
        try (Rendezvous first = new Rendezvous("127.0.0.1", 0, 2, settings);
                Rendezvous second = new Rendezvous("127.0.0.1", 1, 2, settings)) {
            List<byte[]> keys = List.of(first.key(), second.key());
            List<byte[]> secrets = List.of(Handshake.newSecret(), Handshake.newSecret());
            CompletableFuture<Mesh> other = CompletableFuture.supplyAsync(() -> second.connect(keys, secrets));
            try (Mesh mesh = first.connect(keys, secrets)) {
                other.get(1, TimeUnit.MINUTES).close();
                awaitClosed(mesh);

                mesh.watch(1);

                assertThat(ConnectionWatch.start(mesh, 1)).isEmpty();
            }
        }
    }

    private static void awaitClosed(Mesh mesh) {
        try (PointerScope scope = new PointerScope();
                Tensor tensor = torch.empty(1)) {
            mesh.await(mesh.receive(tensor, 1, 99), 1);
        } catch (RuntimeException closed) {
            assertThat(closed).hasMessageContaining("closed");
        }
    }
}

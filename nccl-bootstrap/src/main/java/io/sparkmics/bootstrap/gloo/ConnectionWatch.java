package io.sparkmics.bootstrap.gloo;

import io.sparkmics.bootstrap.deadline.Operation;
import io.sparkmics.bootstrap.deadline.UninterruptibleWait;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch;

/**
 * Sees that the connection with one peer is closed, by waiting for a message that is never sent. Gloo ends such a wait, but
 * not that for a message of which a part has been read or written: so a peer that dies in the middle of one would be waited for
 * until the deadline.
 */
final class ConnectionWatch implements AutoCloseable {

    private static final int TAG = 1_000_001;

    /** Longer than any training: a wait that times out closes all connections. */
    private static final long FOR_EVER_MILLIS = TimeUnit.DAYS.toMillis(10_000);

    /** What had arrived before the connection closed has reached whoever waits for it by then. */
    private static final long GRACE_MILLIS = 1_000;

    private final Mesh mesh;
    private final int peer;
    private final Work never;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Operation<Void> watch = new Operation<>(this::watch);

    private ConnectionWatch(Mesh mesh, int peer, Work never) {
        this.mesh = mesh;
        this.peer = peer;
        this.never = never;
        Thread thread = new Thread(watch, "gloo-connection-with-" + peer);
        thread.setDaemon(true);
        thread.start();
    }

    /** Empty where the connection is closed already, by a peer that has come to its end: then whatever is started fails. */
    static Optional<ConnectionWatch> start(Mesh mesh, int peer) {
        try (PointerScope scope = new PointerScope()) {
            Work never = mesh.receive(torch.empty(1), peer, TAG);
            never.retainReference();
            return Optional.of(new ConnectionWatch(mesh, peer, never));
        } catch (RuntimeException closed) {
            return Optional.empty();
        }
    }

    private void watch() {
        try (PointerScope scope = new PointerScope()) {
            never._wait(new Milliseconds(FOR_EVER_MILLIS));
        } catch (RuntimeException closed) {
            endWaits();
        }
    }

    private void endWaits() {
        try {
            while (!closing.await(GRACE_MILLIS, TimeUnit.MILLISECONDS)) {
                mesh.endWaits(peer);
            }
        } catch (InterruptedException e) {
            // Nobody interrupts this thread.
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closing.countDown();
        never.abort();
        if (UninterruptibleWait.ended(watch)) {
            never.close();
        }
    }
}

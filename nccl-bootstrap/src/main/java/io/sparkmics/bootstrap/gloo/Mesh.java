package io.sparkmics.bootstrap.gloo;

import io.sparkmics.bootstrap.deadline.PeerException;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch;

/** The connections of one rank with all others. Owns the process group; thread-safe. */
final class Mesh implements AutoCloseable {

    private static final int ABORT_TAG = 1_000_000;

    private final ProcessGroupGloo group;
    private final int member;
    private final int size;
    private final ReadWriteLock closing = new ReentrantReadWriteLock();
    private final Map<Work, Integer> awaited = new IdentityHashMap<>();
    private final Map<Integer, ConnectionWatch> watches = new HashMap<>();
    private boolean aborted;
    private boolean closed;

    Mesh(ProcessGroupGloo group, int member, int size) {
        this.group = group;
        this.member = member;
        this.size = size;
    }

    /** Starts to send; the result is the caller's to wait for and to free. */
    Work send(Tensor tensor, int peer, int tag) {
        return group.send(new TensorVector(tensor), peer, tag);
    }

    Work receive(Tensor tensor, int peer, int tag) {
        return group.recv(new TensorVector(tensor), peer, tag);
    }

    /** Waits until it is done, or fails, or cannot be any more as its connection is closed. The caller still frees it. */
    void await(Work work, int peer) {
        synchronized (awaited) {
            requireOpen(!aborted);
            awaited.put(work, peer);
        }
        try {
            requireOpen(work._wait());
        } finally {
            synchronized (awaited) {
                awaited.remove(work);
            }
        }
    }

    private static void requireOpen(boolean open) {
        if (!open) {
            throw new PeerException("The connection was closed.");
        }
    }

    /** From now on waits for this peer end soon after its connection closes. */
    void watch(int peer) {
        if (!watches.containsKey(peer)) {
            ConnectionWatch.start(this, peer).ifPresent(watch -> watches.put(peer, watch));
        }
    }

    /** Of a message that is half here or half gone when its connection closes, Gloo tells nobody. */
    void endWaits(int peer) {
        synchronized (awaited) {
            awaited.forEach((work, other) -> {
                if (other == peer) {
                    work.abort();
                }
            });
        }
    }

    /**
     * Closes all connections, so that everything in flight fails here and at the peers. Gloo has no call for it, but closes
     * a rank's connections when one wait times out: so this waits a moment for something that never comes.
     */
    void abort() {
        closeConnections();
        synchronized (awaited) {
            aborted = true;
            awaited.keySet().forEach(Work::abort);
        }
    }

    private void closeConnections() {
        closing.readLock().lock();
        try {
            for (int peer = 0; peer < size && !closed; peer++) {
                if (peer != member) {
                    timeOut(peer);
                }
            }
        } finally {
            closing.readLock().unlock();
        }
    }

    private void timeOut(int peer) {
        try (PointerScope scope = new PointerScope()) {
            receive(torch.empty(1), peer, ABORT_TAG)._wait(new Milliseconds(1));
        } catch (RuntimeException expected) {
            // The time-out, or a connection that is closed already.
        }
    }

    /** Nothing is in flight. */
    @Override
    public void close() {
        closing.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                watches.values().forEach(ConnectionWatch::close);
                group.close();
            }
        } finally {
            closing.writeLock().unlock();
        }
    }
}

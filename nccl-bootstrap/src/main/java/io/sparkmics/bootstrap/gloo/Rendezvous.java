package io.sparkmics.bootstrap.gloo;

import io.sparkmics.bootstrap.deadline.CommunicationException;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.deadline.Operation;
import io.sparkmics.bootstrap.deadline.PeerException;
import io.sparkmics.bootstrap.deadline.PollingWait;
import io.sparkmics.bootstrap.deadline.Results;
import io.sparkmics.bootstrap.deadline.UninterruptibleWait;
import io.sparkmics.bootstrap.groups.Names;
import io.sparkmics.bootstrap.machine.NativeLibraries;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.ByteVector;
import org.bytedeco.pytorch.FileStore;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.StringVector;
import org.bytedeco.pytorch.gloo.Device;

/**
 * Connects the ranks with no rendezvous server. Gloo reads its peers' addresses from a key-value store: here a private file
 * of each rank. The constructor of the process group runs in a thread of its own, writes this rank's key and waits for the
 * others'; the caller carries the keys between the ranks.
 */
final class Rendezvous implements AutoCloseable {

    private final String host;
    private final int member;
    private final int size;
    private final CommunicationSettings settings;
    private final StoreFile file;
    private final FileStore store;
    private final Operation<ProcessGroupGloo> constructor;
    private boolean connecting;
    private boolean connected;

    /**
     * @param host the name or address of this host to listen on
     * @param member this rank's number in the mesh, from 0 to {@code size}, exclusive
     */
    Rendezvous(String host, int member, int size, CommunicationSettings settings) {
        NativeLibraries.load();
        this.host = host;
        this.member = member;
        this.size = size;
        this.settings = settings;
        file = StoreFile.in(Path.of(System.getProperty("java.io.tmpdir")));
        try (PointerScope scope = new PointerScope()) {
            store = new FileStore(file.path().toString(), size);
            store.retainReference();
            store.setTimeout(new Milliseconds(settings.firstTimeout().toMillis()));
        }
        constructor = new Operation<>(this::construct);
        start(constructor, "connect");
    }

    private void start(Runnable work, String name) {
        Thread thread = new Thread(work, "gloo-" + name + "-" + member);
        thread.setDaemon(true);
        thread.start();
    }

    private ProcessGroupGloo construct() {
        String address = address();
        try (PointerScope scope = new PointerScope()) {
            Device device = ProcessGroupGloo.createDeviceForHostname(address, false);
            // Gloo counts from the start of an operation, a wait from its own start: Gloo's is the last resort.
            Milliseconds limit = new Milliseconds(2 * settings.firstTimeout().toMillis());
            ProcessGroupGloo.Options options = ProcessGroupGloo.Options.create(limit);
            options.devices(new GlooDeviceVector(device)).threads(1);
            ProcessGroupGloo group = new ProcessGroupGloo(store, member, size, options);
            group.retainReference();
            return group;
        }
    }

    /**
     * Java resolves the name, as it does for Spark, and not Gloo: where a name has addresses of both families all ranks must
     * take the same.
     */
    private String address() {
        try {
            return InetAddress.getByName(host).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("this host knows no address of that name", e);
        }
    }

    /** Where this rank listens, as Gloo writes it. */
    byte[] key() {
        try (PointerScope scope = new PointerScope()) {
            StringVector key = new StringVector(name(member));
            PollingWait.await(millis -> written(key), settings, Optional::empty, this::failure);
            return store.get(name(member)).get();
        }
    }

    private boolean written(StringVector key) throws InterruptedException {
        if (constructor.isDone()) {
            constructed();
        }
        Thread.sleep(1);
        return store.check(key);
    }

    /**
     * @param keys everyone's, in the order of the mesh
     * @param secrets everyone's, in the same order
     */
    Mesh connect(List<byte[]> keys, List<byte[]> secrets) {
        connecting = true;
        try (PointerScope scope = new PointerScope()) {
            for (int other = 0; other < size; other++) {
                if (other != member) {
                    store.set(name(other), new ByteVector(keys.get(other)));
                }
            }
        }
        Mesh mesh = new Mesh(constructed(), member, size);
        connected = true;
        meet(mesh, secrets);
        // Needed no longer, and a process that is killed must leave none.
        file.close();
        return mesh;
    }

    /** A rank that left at once would break the connecting of those that are not through with it. */
    private void meet(Mesh mesh, List<byte[]> secrets) {
        Handshake handshake = new Handshake(mesh, member, secrets);
        Operation<Void> meeting = new Operation<>(handshake);
        start(meeting, "meet");
        Results.await(meeting, settings, () -> false, (reason, cause) -> {
            // Before the abort, which ends every wait.
            Optional<Integer> silent = cause instanceof TimeoutException ? handshake.awaited() : Optional.empty();
            mesh.abort();
            UninterruptibleWait.ended(meeting);
            mesh.close();
            return cause instanceof CommunicationException found
                    ? found
                    : failure(
                            reason
                                    + silent.map(peer -> "; partition " + peer + " has not answered")
                                            .orElse(""),
                            cause);
        });
    }

    private ProcessGroupGloo constructed() {
        return Results.await(constructor, settings, () -> false, this::failure);
    }

    private CommunicationException failure(String reason, Throwable cause) {
        boolean unwanted =
                settings.cancelled().getAsBoolean() || Thread.currentThread().isInterrupted();
        String remedy =
                unwanted ? "" : " Check that the hosts reach each other at the addresses that Spark knows them by.";
        String message = "Cannot connect " + host + " with the other " + Names.count(size - 1, "rank") + ": " + reason
                + "." + remedy;
        // Before it connects, a rank fails by itself.
        return connecting || unwanted ? new PeerException(message, cause) : new CommunicationException(message, cause);
    }

    private static String name(int member) {
        return "0/" + member;
    }

    /**
     * The mesh lives on. A constructor that waits for keys misses its file, and gives up within seconds; one
     * that waits for a connection does so at Gloo's limit, in a thread that nobody waits for.
     */
    @Override
    public void close() {
        try (PointerScope scope = new PointerScope()) {
            store.setTimeout(new Milliseconds(1));
        }
        file.close();
        if (constructor.isDone()) {
            release();
        } else {
            start(this::release, "release");
        }
    }

    private void release() {
        try {
            ProcessGroupGloo group = constructor.get();
            if (!connected) {
                group.close();
            }
        } catch (ExecutionException | InterruptedException e) {
            // It has given back what it took.
        } finally {
            store.close();
        }
    }
}

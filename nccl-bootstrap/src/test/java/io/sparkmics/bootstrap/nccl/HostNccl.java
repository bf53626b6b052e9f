package io.sparkmics.bootstrap.nccl;

import io.sparkmics.bootstrap.RankDevice;
import io.sparkmics.bootstrap.Transport;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A stand-in for NCCL and a GPU where neither is: NCCL's rules among the threads of this JVM, on tensors of the CPU. It is
 * strict where NCCL is dangerous: whoever uses a communicator that is busy, not there yet or gone gets an error. What it shows
 * is our side of the protocol; of NVIDIA's side it shows nothing.
 */
public final class HostNccl {

    /** What the ranks asked for, in order. */
    final List<String> calls = Collections.synchronizedList(new ArrayList<>());

    private final Map<UniqueId, Meeting> worlds = new ConcurrentHashMap<>();

    /** The real transport of one more rank, over the stand-in. */
    public Transport transport() {
        return new NcclTransport(rank());
    }

    /** The runtime of one more rank. */
    Rank rank() {
        return rank(22903);
    }

    /** The same with a library of this version. */
    Rank rank(int version) {
        return new Rank(version);
    }

    private static final class Communicator implements NcclRuntime.Handle {

        private final int index;
        private final AtomicInteger launching = new AtomicInteger();
        private volatile Meeting meeting;
        private volatile boolean finalized;
        private volatile boolean gone;

        Communicator(Meeting meeting, int index) {
            this.meeting = meeting;
            this.index = index;
        }
    }

    private record Point(CompletableFuture<Void> reached) implements NcclRuntime.Mark {}

    /** One rank's runtime. */
    final class Rank implements NcclRuntime {

        /** How many collectives each launch had. */
        final List<Integer> launches = Collections.synchronizedList(new ArrayList<>());

        private final int version;
        private final List<Point> points = new ArrayList<>();
        private ExecutorService stream;
        private ExecutorService launcher;
        private boolean ordered;

        /** When this rank's device has computed what it was asked for: at once, but for a test that has it take longer. */
        volatile CompletableFuture<Void> computing = CompletableFuture.completedFuture(null);

        private final List<Communicator> parts = new ArrayList<>();
        private Communicator world;

        Rank(int version) {
            this.version = version;
        }

        @Override
        public RankDevice device() {
            return RankDevice.cpu();
        }

        @Override
        public int version() {
            return version;
        }

        @Override
        public UniqueId uniqueId() {
            byte[] secret = new byte[UniqueId.BYTES];
            ThreadLocalRandom.current().nextBytes(secret);
            return new UniqueId(secret);
        }

        @Override
        public void select() {
            calls.add("select");
            stream = thread("host-nccl-stream");
            launcher = thread("host-nccl-launcher");
        }

        @Override
        public Handle join(UniqueId id, int worldSize, int rank) {
            require(stream != null, "a world is joined before a device was selected");
            calls.add("join");
            world = new Communicator(worlds.computeIfAbsent(id, key -> new Meeting(worldSize)), rank);
            world.meeting.come();
            return world;
        }

        @Override
        public Handle split(Handle parent, int color, int key) {
            Communicator from = usable(parent);
            calls.add("split");
            Communicator part = new Communicator(null, key);
            parts.add(part);
            from.meeting.split(from.index, color, meeting -> part.meeting = meeting);
            return part;
        }

        @Override
        public Progress progress(Handle handle) {
            Communicator communicator = present(handle);
            return new Progress(busy(communicator), communicator.meeting.trouble());
        }

        @Override
        public boolean launch(Handle handle, List<Operation> operations) {
            Communicator communicator = usable(handle);
            Meeting meeting = communicator.meeting;
            require(ordered, "a collective is launched that does not come behind the computing");
            ordered = false;
            launches.add(operations.size());
            communicator.launching.incrementAndGet();
            // As NCCL does it: another thread puts it on the stream, in a while.
            launcher.execute(() -> {
                pause();
                for (Operation one : operations) {
                    stream.execute(
                            () -> meeting.meet(one.collective(), communicator.index, one.from(), one.to(), one.root()));
                }
                communicator.launching.decrementAndGet();
            });
            return false;
        }

        @Override
        public Mark computed() {
            return new Point(computing);
        }

        @Override
        public Mark communicated() {
            Point point = new Point(new CompletableFuture<>());
            synchronized (points) {
                points.add(point);
            }
            try {
                stream.execute(() -> point.reached().complete(null));
            } catch (RejectedExecutionException aborted) {
                point.reached().complete(null);
            }
            return point;
        }

        @Override
        public void communicateAfter(Mark mark) {
            require(reached(mark), "the host has computed what it was asked for");
            ordered = true;
        }

        @Override
        public void computeAfter(Mark mark) {
            try {
                ((Point) mark).reached().get(1, TimeUnit.MINUTES);
            } catch (InterruptedException | ExecutionException | TimeoutException e) {
                throw new AssertionError("the host cannot wait for a stream as a device does", e);
            }
        }

        @Override
        public boolean reached(Mark mark) {
            return ((Point) mark).reached().isDone();
        }

        @Override
        public void release(Mark mark) {
            synchronized (points) {
                points.remove(mark);
            }
        }

        /** Marks that nobody gave back. */
        int marks() {
            synchronized (points) {
                return points.size();
            }
        }

        @Override
        public void finalizing(Handle handle) {
            Communicator communicator = usable(handle);
            require(
                    communicator != world || parts.stream().allMatch(part -> part.finalized),
                    "a world ends before its parts");
            communicator.finalized = true;
            calls.add("finalize");
        }

        @Override
        public void destroy(Handle handle) {
            usable(handle).gone = true;
            calls.add("destroy");
        }

        @Override
        public void abort(List<Handle> handles) {
            calls.add("abort " + handles.size());
            for (Handle handle : handles) {
                Communicator communicator = (Communicator) handle;
                require(!communicator.gone, "a communicator that is gone is aborted");
                communicator.gone = true;
                if (communicator.meeting != null) {
                    communicator.meeting.leave();
                }
            }
            launcher.shutdownNow();
            stream.shutdownNow();
            synchronized (points) {
                points.forEach(point -> point.reached().complete(null));
            }
        }

        @Override
        public void close() {
            if (stream != null) {
                launcher.shutdownNow();
                stream.shutdownNow();
            }
        }

        private static boolean busy(Communicator communicator) {
            return communicator.launching.get() > 0 || communicator.meeting.busy(communicator.index);
        }

        private static void pause() {
            LockSupport.parkNanos(100_000);
        }

        private static ExecutorService thread(String name) {
            return Executors.newSingleThreadExecutor(task -> {
                Thread thread = new Thread(task, name);
                thread.setDaemon(true);
                return thread;
            });
        }

        private Communicator usable(Handle handle) {
            Communicator communicator = present(handle);
            require(!busy(communicator), "a communicator is used while it is busy");
            require(
                    !world.meeting.busy(world.index) || communicator == world,
                    "a communicator is used while the world is busy");
            return communicator;
        }

        private Communicator present(Handle handle) {
            Communicator communicator = (Communicator) handle;
            require(communicator.meeting != null, "a communicator is used before it is there");
            require(!communicator.gone, "a communicator is used after it is gone");
            return communicator;
        }
    }

    private static void require(boolean fine, String offence) {
        if (!fine) {
            throw new AssertionError("NCCL might have crashed: " + offence);
        }
    }
}

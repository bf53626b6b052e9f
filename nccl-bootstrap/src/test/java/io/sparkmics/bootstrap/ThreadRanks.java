package io.sparkmics.bootstrap;

import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.gloo.GlooTransport;
import io.sparkmics.bootstrap.groups.Place;
import io.sparkmics.bootstrap.machine.Threads;
import io.sparkmics.bootstrap.meeting.Exchange;
import io.sparkmics.bootstrap.memory.MemoryTransport;
import io.sparkmics.bootstrap.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Runs the ranks of a world as threads of this JVM: over memory where they are on one node, over real sockets on the loopback
 * address where they pretend to be on several.
 */
public final class ThreadRanks {

    /** What one rank does. */
    @FunctionalInterface
    public interface Body<T> {
        T run(RankContext rank) throws Exception;
    }

    private static final Duration BODY = Duration.ofMinutes(10);

    private final int worldSize;
    private final int ranksPerNode;
    private final CommunicationSettings settings;
    private final Supplier<Transport> transport;

    private ThreadRanks(
            int worldSize, int ranksPerNode, CommunicationSettings settings, Supplier<Transport> transport) {
        this.worldSize = worldSize;
        this.ranksPerNode = ranksPerNode;
        this.settings = settings;
        this.transport = transport;
    }

    /** As many ranks as wanted, all on one node, in one partition group. */
    public static ThreadRanks of(int worldSize) {
        return new ThreadRanks(
                worldSize,
                worldSize,
                CommunicationSettings.of(worldSize),
                () -> MemoryTransport.over(GlooTransport.on("127.0.0.1")));
    }

    public ThreadRanks with(CommunicationSettings other) {
        return new ThreadRanks(worldSize, ranksPerNode, other, transport);
    }

    public ThreadRanks partitionGroupSize(int size) {
        return with(settings.withPartitionGroupSize(size));
    }

    /** Pretends nodes of so many consecutive ranks. */
    public ThreadRanks ranksPerNode(int ranks) {
        return new ThreadRanks(worldSize, ranks, settings, transport);
    }

    /** One transport for each rank. */
    public ThreadRanks over(Supplier<Transport> other) {
        return new ThreadRanks(worldSize, ranksPerNode, settings, other);
    }

    /**
     * Runs the body once on each rank.
     *
     * @return the results, by rank
     * @throws AssertionError with the first failure of any rank as its cause; the other ranks are aborted
     */
    public <T> List<T> run(Body<T> body) {
        Threads.hold(1);
        Failures failures = new Failures();
        List<Exchange> exchanges = LocalExchange.among(worldSize, settings.timeout());
        List<FutureTask<T>> ranks = IntStream.range(0, worldSize)
                .mapToObj(id -> new FutureTask<>(() -> runRank(exchanges.get(id), body, failures)))
                .toList();
        for (int id = 0; id < worldSize; id++) {
            Thread thread = new Thread(ranks.get(id), "rank-" + id);
            thread.setDaemon(true);
            thread.start();
        }
        List<T> results = new ArrayList<>();
        for (FutureTask<T> rank : ranks) {
            results.add(result(rank, failures));
        }
        failures.rethrow();
        return results;
    }

    private <T> T runRank(Exchange exchange, Body<T> body, Failures failures) {
        int id = exchange.partitionId();
        Place place = new Place(
                id, "127.0.0.1", String.format(Locale.ROOT, "node-%03d", id / ranksPerNode), Optional.empty());
        try (RankContext rank = Bootstrap.join(exchange, place, transport.get(), new byte[] {(byte) id}, settings)) {
            try {
                return body.run(rank);
            } catch (Exception | Error e) {
                failures.add(e);
                rank.abort();
                return null;
            }
        } catch (RuntimeException e) {
            failures.add(e);
            return null;
        }
    }

    /** A body has no deadline of its own, but each of its waits has one: what may wait for longer may last longer. */
    private <T> T result(FutureTask<T> rank, Failures failures) {
        long seconds = Math.max(BODY.toSeconds(), settings.timeout().toSeconds());
        try {
            return rank.get(seconds, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            failures.add(e);
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while the ranks ran", e);
        }
    }

    /** The first one is the cause, the others follow from it. */
    private static final class Failures {

        private final AtomicReference<Throwable> first = new AtomicReference<>();

        void add(Throwable failure) {
            if (!first.compareAndSet(null, failure)) {
                first.get().addSuppressed(failure);
            }
        }

        void rethrow() {
            if (first.get() != null) {
                throw new AssertionError("A rank failed: " + first.get(), first.get());
            }
        }
    }
}

package io.sparkmics.bootstrap.collectives;

import io.sparkmics.bootstrap.deadline.CommunicationException;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.deadline.Operation;
import io.sparkmics.bootstrap.deadline.PeerException;
import io.sparkmics.bootstrap.deadline.UninterruptibleWait;
import io.sparkmics.bootstrap.groups.ClusterLayout;
import io.sparkmics.bootstrap.groups.Collective;
import io.sparkmics.bootstrap.groups.Group;
import io.sparkmics.bootstrap.groups.Names;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * Carries out the collectives of one group, one after another, on a thread of its own. Made for those that compute on the CPU.
 */
public final class QueuedCommunicator implements Communicator {

    /** Nothing should be in flight any more; after an error something may be. */
    private static final long CLEAN_END_MILLIS = 100;

    private final Group group;
    private final List<String> members;
    private final Collectives collectives;
    private final CommunicationSettings settings;
    private final ExecutorService thread;
    private volatile boolean aborted;

    /** For the thread of the collectives. */
    private boolean failed;

    private volatile Operation<Void> latest = Operation.none();
    private long sequence;

    /**
     * @param collectives owned by the result
     * @param road what its thread is called by
     */
    public QueuedCommunicator(
            Group group, ClusterLayout layout, Collectives collectives, String road, CommunicationSettings settings) {
        this.group = group;
        this.members = group.ranks().stream()
                .map(rank -> "rank " + rank + " on " + layout.place(rank).host())
                .toList();
        this.collectives = collectives;
        this.settings = settings;
        String name = road + "-" + Names.of(group.kind()) + "-rank-" + group.rank();
        this.thread = Executors.newSingleThreadExecutor(task -> {
            Thread worker = new Thread(task, name);
            worker.setDaemon(true);
            return worker;
        });
    }

    @Override
    public Group group() {
        return group;
    }

    @Override
    public Pending gather(Tensor shard, Tensor whole) {
        Arguments.check(Collective.GATHER, group, RankDevice.cpu(), shard, whole);
        return start(Collective.GATHER, shard, whole, (from, to) -> collectives.gather(from, to, chunks(to)));
    }

    @Override
    public Pending reduceScatter(Tensor whole, Tensor shard) {
        Arguments.check(Collective.REDUCE_SCATTER, group, RankDevice.cpu(), shard, whole);
        return start(
                Collective.REDUCE_SCATTER,
                whole,
                shard,
                (from, to) -> collectives.reduceScatter(from, to, chunks(from)));
    }

    @Override
    public Pending allReduce(Tensor tensor) {
        Arguments.check(Collective.ALL_REDUCE, group, RankDevice.cpu(), tensor);
        return start(Collective.ALL_REDUCE, tensor, tensor, (whole, same) -> collectives.allReduce(whole));
    }

    @Override
    public Pending broadcast(Tensor tensor, int root) {
        Arguments.check(Collective.BROADCAST, group, RankDevice.cpu(), tensor, root);
        return start(Collective.BROADCAST, tensor, tensor, (whole, same) -> collectives.broadcast(whole, root));
    }

    @Override
    public Optional<Tensor> commonMemory(long bytes) {
        return collectives.commonMemory(bytes);
    }

    private Chunks chunks(Tensor whole) {
        return Chunks.of(whole.numel(), group.size());
    }

    private Pending start(Collective collective, Tensor first, Tensor second, BiConsumer<Tensor, Tensor> operation) {
        if (thread.isShutdown()) {
            throw new CommunicationException("Cannot start " + Names.of(collective) + " in " + Names.of(group)
                    + ": the communicator is closed.");
        }
        Tensor ownFirst = Tensors.flat(first);
        Tensor ownSecond = Tensors.flat(second);
        Operation<Void> task = new Operation<>(() -> {
            try (PointerScope scope = new PointerScope()) {
                requireTurn();
                new NoGradGuard();
                operation.accept(ownFirst, ownSecond);
            } catch (RuntimeException | Error failure) {
                failed = true;
                throw failure;
            } finally {
                ownFirst.close();
                ownSecond.close();
            }
        });
        thread.execute(task);
        latest = task;
        String what = Names.of(collective) + " " + sequence++ + " of " + Names.of(group);
        return new QueuedPending(what, task, this, settings);
    }

    /** Behind a failure members are no longer at the same operation: what they have for each other is not what is asked for. */
    private void requireTurn() {
        if (aborted) {
            throw new PeerException("The communicator was aborted before its turn came.");
        }
        if (failed) {
            throw new PeerException("An operation before it has failed.");
        }
    }

    boolean aborted() {
        return aborted;
    }

    /** The member that the operation of the moment waits for. */
    Optional<String> awaited() {
        return collectives.awaited().stream().mapToObj(members::get).findFirst();
    }

    /** Aborts, and comes back when nothing that was started uses its memory any more: one after another, the latest last. */
    void giveUp() {
        abort();
        UninterruptibleWait.ended(latest);
    }

    @Override
    public void close() {
        thread.shutdown();
        if (!UninterruptibleWait.within(CLEAN_END_MILLIS, this::ended)) {
            abort();
            if (!UninterruptibleWait.within(UninterruptibleWait.MILLIS, this::ended)) {
                // What is still used must not be given back.
                return;
            }
        }
        collectives.close();
    }

    private boolean ended(long millis) throws InterruptedException {
        return thread.awaitTermination(millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void abort() {
        aborted = true;
        collectives.abort();
    }
}

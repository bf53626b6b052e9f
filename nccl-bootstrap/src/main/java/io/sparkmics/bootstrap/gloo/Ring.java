package io.sparkmics.bootstrap.gloo;

import io.sparkmics.bootstrap.collectives.Chunks;
import io.sparkmics.bootstrap.collectives.RingCollectives;
import io.sparkmics.bootstrap.collectives.Tensors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch;

/**
 * The collectives of one group, each member sending to the next one only: the fewest bytes, and one crossing of each border
 * between nodes when members of a node are neighbours. Sums are made in a fixed order.
 */
final class Ring implements RingCollectives {

    /** Messages are no longer; shorter ones are not cut. */
    private static final long PIECE_BYTES = 1 << 20;

    private static final IntConsumer NOTHING = chunk -> {};

    private static final int NOBODY = -1;

    private final Mesh mesh;
    private final int members;
    private final int index;
    private final int next;
    private final int previous;
    private final int tag;
    private volatile int awaited = NOBODY;

    /**
     * @param peers the members' numbers in the mesh
     * @param tag keeps the groups of a mesh apart
     */
    Ring(Mesh mesh, List<Integer> peers, int index, int tag) {
        this.mesh = mesh;
        this.members = peers.size();
        this.index = index;
        this.next = peers.get((index + 1) % members);
        this.previous = peers.get((index + members - 1) % members);
        this.tag = tag;
        mesh.watch(next);
        mesh.watch(previous);
    }

    /** The index of the member whose message, or whose taking of ours, is waited for; empty: nobody's. For any thread. */
    @Override
    public OptionalInt awaited() {
        int index = awaited;
        return index == NOBODY ? OptionalInt.empty() : OptionalInt.of(index);
    }

    /** Aborts all groups of the mesh. */
    @Override
    public void abort() {
        mesh.abort();
    }

    /** The mesh has another owner. */
    @Override
    public void close() {}

    private void awaitPrevious(Work receive) {
        await(receive, index - 1, previous);
    }

    private void awaitNext(Work send) {
        await(send, index + 1, next);
    }

    private void await(Work work, int member, int peer) {
        awaited = Math.floorMod(member, members);
        mesh.await(work, peer);
        awaited = NOBODY;
    }

    @Override
    public void gather(Tensor shard, Tensor whole, Chunks chunks) {
        Tensors.copy(shard, Tensors.chunk(whole, chunks, index));
        gather(whole, chunks, NOTHING);
    }

    @Override
    public void reduceScatter(Tensor whole, Tensor shard, Chunks chunks) {
        reduceScatter(whole, chunks, NOTHING);
        Tensors.copy(Tensors.chunk(whole, chunks, index), shard);
    }

    @Override
    public void allReduce(Tensor whole) {
        allReduce(whole, Chunks.of(whole.numel(), members), NOTHING, NOTHING);
    }

    @Override
    public void reduceScatter(Tensor whole, Chunks chunks, IntConsumer before) {
        turn(whole, chunks, 1, members - 1, before, NOTHING);
    }

    @Override
    public void gather(Tensor whole, Chunks chunks, IntConsumer after) {
        turn(whole, chunks, members, 2 * members - 2, NOTHING, after);
    }

    @Override
    public void allReduce(Tensor whole, Chunks chunks, IntConsumer before, IntConsumer after) {
        turn(whole, chunks, 1, 2 * members - 2, before, after);
    }

    /**
     * In each turn a chunk goes to the next member. In the first turns, one for each other member, it collects its sum on the
     * way and ends at the member of its index; in as many further ones it goes round as it is. Piece by piece: while one is
     * summed the next is on its way, and each goes on at once.
     */
    private void turn(Tensor whole, Chunks chunks, int first, int last, IntConsumer before, IntConsumer after) {
        Inbox inbox = inbox();
        Iterator<Tensor> buffers = first < members ? buffers(whole, chunks) : Collections.emptyIterator();
        for (int turn = first; turn <= last; turn++) {
            boolean sums = turn < members;
            pieces(
                    whole,
                    chunks,
                    index - turn - 1,
                    piece -> inbox.expect(() -> sums ? buffers.next().narrow(0, 0, piece.numel()) : piece));
        }
        List<Work> sends = new ArrayList<>();
        if (first < members) {
            before.accept(Math.floorMod(index - first, members));
        }
        pieces(whole, chunks, index - first, piece -> sends.add(mesh.send(piece, next, tag)));
        if (first >= members) {
            after.accept(index);
        }
        for (int turn = first; turn <= last; turn++) {
            int chunk = Math.floorMod(index - turn - 1, members);
            boolean sums = turn < members;
            boolean goesOn = turn < last;
            if (sums) {
                before.accept(chunk);
            }
            pieces(whole, chunks, chunk, piece -> {
                Tensor arrived = inbox.next();
                if (sums) {
                    piece.add_(arrived);
                }
                if (goesOn) {
                    sends.add(mesh.send(piece, next, tag));
                }
            });
            if (turn >= members - 1) {
                after.accept(chunk);
            }
        }
        sends.forEach(this::awaitNext);
    }

    /** Down the ring from the root, in pieces, so that all members are busy at once. */
    @Override
    public void broadcast(Tensor whole, int root) {
        boolean first = index == root;
        boolean last = (index + 1) % members == root;
        Chunks all = Chunks.of(whole.numel(), 1);
        Inbox inbox = inbox();
        if (!first) {
            pieces(whole, all, 0, piece -> inbox.expect(() -> piece));
        }
        List<Work> sends = new ArrayList<>();
        pieces(whole, all, 0, piece -> {
            if (!first) {
                inbox.next();
            }
            if (!last) {
                sends.add(mesh.send(piece, next, tag));
            }
        });
        sends.forEach(this::awaitNext);
    }

    private Inbox inbox() {
        return new Inbox(place -> mesh.receive(place, previous, tag), this::awaitPrevious);
    }

    /** For each piece that is summed one after another, as many as are on their way at once, and the one that is summed. */
    private static Iterator<Tensor> buffers(Tensor whole, Chunks chunks) {
        long piece = Math.min(pieceSize(whole), chunks.longest());
        Tensor all = torch.empty(new long[] {(Inbox.AHEAD + 1) * piece}, whole.options(), null);
        return IntStream.iterate(0, buffer -> (buffer + 1) % (Inbox.AHEAD + 1))
                .mapToObj(buffer -> all.narrow(0, buffer * piece, piece))
                .iterator();
    }

    private static long pieceSize(Tensor whole) {
        return Math.max(1, PIECE_BYTES / whole.element_size());
    }

    /** The pieces of a chunk, about equal ones, all members the same; none of an empty chunk. */
    private static void pieces(Tensor whole, Chunks chunks, int index, Consumer<Tensor> work) {
        long size = chunks.length(index);
        int count = Math.toIntExact((size + pieceSize(whole) - 1) / pieceSize(whole));
        if (count > 0) {
            Chunks pieces = Chunks.of(chunks.start(index), size, count, count);
            for (int number = 0; number < count; number++) {
                work.accept(Tensors.chunk(whole, pieces, number));
            }
        }
    }
}

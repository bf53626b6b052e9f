package io.sparkmics.bootstrap.gloo;

import io.sparkmics.bootstrap.Chunks;
import io.sparkmics.bootstrap.Collectives;
import io.sparkmics.bootstrap.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch;

/**
 * The collectives of one group, each member sending to the next one only: the fewest bytes, and one crossing of each border
 * between nodes when members of a node are neighbours. Sums are made in a fixed order.
 */
final class Ring implements Collectives {

    /** How much of a broadcast is on its way between two members at a time. */
    private static final long PIECE_BYTES = 1 << 20;

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

    /** Step by step, each chunk travels on from its owner. */
    @Override
    public void gather(Tensor shard, Tensor whole) {
        Chunks chunks = new Chunks(whole.numel(), members);
        Tensors.copy(shard, chunk(whole, chunks, index));
        passOn(whole, chunks);
    }

    @Override
    public void reduceScatter(Tensor whole, Tensor shard) {
        Chunks chunks = new Chunks(whole.numel(), members);
        sumUp(whole, chunks);
        Tensors.copy(chunk(whole, chunks, index), shard);
    }

    @Override
    public void allReduce(Tensor whole) {
        Chunks chunks = new Chunks(whole.numel(), members);
        sumUp(whole, chunks);
        passOn(whole, chunks);
    }

    /** Down the ring from the root, in pieces, so that all members are busy at once. */
    @Override
    public void broadcast(Tensor whole, int root) {
        boolean first = index == root;
        boolean last = (index + 1) % members == root;
        List<Work> sends = new ArrayList<>();
        long piece = Math.max(1, PIECE_BYTES / whole.element_size());
        for (long start = 0; start < whole.numel(); start += piece) {
            Tensor part = whole.narrow(0, start, Math.min(piece, whole.numel() - start));
            if (!first) {
                awaitPrevious(mesh.receive(part, previous, tag));
            }
            if (!last) {
                sends.add(mesh.send(part, next, tag));
            }
        }
        sends.forEach(this::awaitNext);
    }

    /** Each chunk collects its sum on the way round and ends at the member of its index. */
    private void sumUp(Tensor whole, Chunks chunks) {
        Tensor arriving = torch.empty(new long[] {chunks.length(0)}, whole.options(), null);
        for (int step = 1; step < members; step++) {
            try (PointerScope scope = new PointerScope()) {
                Tensor leaving = chunk(whole, chunks, index - step);
                Tensor sum = chunk(whole, chunks, index - step - 1);
                Tensor part = arriving.narrow(0, 0, sum.numel());
                swap(leaving, part);
                sum.add_(part);
            }
        }
    }

    /** Each member begins with the chunk of its index. */
    private void passOn(Tensor whole, Chunks chunks) {
        for (int step = 0; step < members - 1; step++) {
            try (PointerScope scope = new PointerScope()) {
                swap(chunk(whole, chunks, index - step), chunk(whole, chunks, index - step - 1));
            }
        }
    }

    private void swap(Tensor leaving, Tensor arriving) {
        Work receive = arriving.numel() == 0 ? null : mesh.receive(arriving, previous, tag);
        Work send = leaving.numel() == 0 ? null : mesh.send(leaving, next, tag);
        if (receive != null) {
            awaitPrevious(receive);
        }
        if (send != null) {
            awaitNext(send);
        }
    }

    private static Tensor chunk(Tensor whole, Chunks chunks, int index) {
        return whole.narrow(0, chunks.start(index), chunks.length(index));
    }
}

package io.sparkmics.bootstrap.memory;

import io.sparkmics.bootstrap.collectives.Chunks;
import io.sparkmics.bootstrap.collectives.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * The collectives of members that are threads of one process: each reads the others' tensors where they lie. A tensor is laid
 * out until all have read it.
 */
final class LocalCollectives extends HostCollectives {

    private final LocalGroup group;
    private int commonMemories;

    /** @param board this member's, owned by the result */
    LocalCollectives(LocalGroup group, Board board) {
        super(board);
        this.group = group;
    }

    @Override
    public void gather(Tensor shard, Tensor whole, Chunks chunks) {
        whileLaidOut(shard, () -> {
            Bytes.copy(shard, 0, whole, chunks.start(index), shard.numel());
            others(member -> copy(member, 0, whole, chunks.start(member), chunks.length(member)));
        });
    }

    @Override
    public void reduceScatter(Tensor whole, Tensor shard, Chunks chunks) {
        whileLaidOut(whole, () -> sum(whole, chunks, shard));
    }

    @Override
    public void allReduce(Tensor whole) {
        Chunks chunks = Chunks.of(whole.numel(), members);
        whileLaidOut(whole, () -> {
            try (PointerScope scope = new PointerScope()) {
                // Of this member's tensor nobody else reads this chunk yet.
                sum(whole, chunks, Tensors.chunk(whole, chunks, index));
            }
            board.put(Board.Word.PUBLISHED, ++round);
            // Of this member's tensor the owner of a chunk alone has read it, and has done so.
            others(member -> copy(member, chunks.start(member), whole, chunks.start(member), chunks.length(member)));
        });
    }

    @Override
    public void broadcast(Tensor whole, int root) {
        if (index == root) {
            whileLaidOut(whole, () -> {});
            return;
        }
        round++;
        copy(root, 0, whole, 0, whole.numel());
        board.put(Board.Word.TAKEN, round);
    }

    @Override
    public Optional<Tensor> commonMemory(long bytes) {
        return Optional.of(group.commonMemory(commonMemories++, bytes));
    }

    /** Lays out a tensor, does this member's part, and comes back when all have read it, or nobody can any more. */
    private void whileLaidOut(Tensor tensor, Runnable work) {
        Posting posting = group.posting(index);
        posting.layOut(tensor);
        try {
            board.put(Board.Word.PUBLISHED, ++round);
            work.run();
            board.put(Board.Word.TAKEN, round);
            others(member -> await(member, Board.Word.TAKEN));
        } catch (RuntimeException | Error e) {
            board.giveUp();
            throw e;
        } finally {
            posting.takeBack();
        }
    }

    private void copy(int member, long start, Tensor to, long place, long elements) {
        await(member, Board.Word.PUBLISHED);
        Posting posting = group.posting(member);
        Tensor from = posting.read();
        try {
            Bytes.copy(from, start, to, place, elements);
        } finally {
            posting.done();
        }
    }

    private void sum(Tensor own, Chunks chunks, Tensor result) {
        // Who fails waits for its readers: none of them may still wait for somebody else.
        others(member -> await(member, Board.Word.PUBLISHED));
        List<Posting> read = new ArrayList<>();
        try (PointerScope scope = new PointerScope()) {
            List<Tensor> parts = new ArrayList<>();
            others(member -> {
                Posting posting = group.posting(member);
                Tensor from = posting.read();
                read.add(posting);
                parts.add(Tensors.chunk(from, chunks, index));
            });
            parts.add(Tensors.chunk(own, chunks, index));
            OrderedSum.of(parts, result);
        } finally {
            read.forEach(Posting::done);
        }
    }
}

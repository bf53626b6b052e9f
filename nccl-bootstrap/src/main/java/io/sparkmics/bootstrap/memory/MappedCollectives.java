package io.sparkmics.bootstrap.memory;

import io.sparkmics.bootstrap.collectives.Chunks;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * The collectives of members that are processes of one host: each copies what the others need into a slot that all have mapped,
 * and they read it there. In rounds, as a slot is smaller than a tensor may be; a member fills its other slot while the first
 * is read.
 */
final class MappedCollectives extends HostCollectives {

    private final Region region;

    /** @param board this member's, over the region; owned by the result */
    MappedCollectives(Region region, Board board) {
        super(board);
        this.region = region;
    }

    @Override
    public void gather(Tensor shard, Tensor whole, Chunks chunks) {
        Bytes.copy(shard, 0, whole, chunks.start(index), shard.numel());
        long piece = perSlot(shard, 1);
        pieces(
                chunks.longest(),
                piece,
                (start, length) -> round(
                        () -> give(shard, start, 0, length(chunks, index, start, piece)),
                        () -> others(member -> take(
                                member,
                                0,
                                whole,
                                chunks.start(member) + start,
                                length(chunks, member, start, piece)))));
    }

    @Override
    public void reduceScatter(Tensor whole, Tensor shard, Chunks chunks) {
        long piece = perSlot(whole, members);
        pieces(
                chunks.longest(),
                piece,
                (start, length) -> round(
                        () -> giveChunks(whole, chunks, start, piece),
                        () -> sum(whole, chunks, start, piece, shard, start)));
    }

    @Override
    public void allReduce(Tensor whole) {
        Chunks chunks = Chunks.of(whole.numel(), members);
        long piece = perSlot(whole, members);
        pieces(chunks.longest(), piece, (start, length) -> {
            long own = chunks.start(index) + start;
            round(() -> giveChunks(whole, chunks, start, piece), () -> sum(whole, chunks, start, piece, whole, own));
            round(
                    () -> give(whole, own, 0, length(chunks, index, start, piece)),
                    () -> others(member -> take(
                            member, 0, whole, chunks.start(member) + start, length(chunks, member, start, piece))));
        });
    }

    @Override
    public void broadcast(Tensor whole, int root) {
        pieces(
                whole.numel(),
                perSlot(whole, 1),
                (start, length) -> round(
                        () -> {
                            if (index == root) {
                                give(whole, start, 0, length);
                            }
                        },
                        () -> {
                            if (index != root) {
                                take(root, 0, whole, start, length);
                            }
                        }));
    }

    /** Work on a part of a tensor, or of each chunk. */
    @FunctionalInterface
    private interface Piece {
        void at(long start, long length);
    }

    private static void pieces(long size, long most, Piece work) {
        for (long start = 0; start < size; start += most) {
            work.at(start, Math.min(most, size - start));
        }
    }

    /** How many elements of so many parts fit in a slot, each part at a place where any type may begin. */
    private long perSlot(Tensor tensor, int parts) {
        return region.slotBytes() / tensor.element_size() / parts;
    }

    /** The elements of a chunk that are in the piece. */
    private static long length(Chunks chunks, int chunk, long start, long piece) {
        return Math.max(0, Math.min(piece, chunks.length(chunk) - start));
    }

    private void round(Runnable fill, Runnable read) {
        round++;
        try {
            // The slot's last content but one has been read.
            others(member -> board.await(member, Board.Word.TAKEN, round - Region.SLOTS));
            fill.run();
            board.put(Board.Word.PUBLISHED, round);
            read.run();
            board.put(Board.Word.TAKEN, round);
        } catch (RuntimeException | Error e) {
            board.giveUp();
            throw e;
        }
    }

    private void give(Tensor from, long start, long place, long elements) {
        long size = from.element_size();
        if (elements > 0) {
            BytePointer slot = region.slot(index, round);
            Bytes.copy(Bytes.at(from, start * size), slot.position(slot.position() + place * size), elements * size);
        }
    }

    /** For each of the others, what it sums. */
    private void giveChunks(Tensor whole, Chunks chunks, long start, long piece) {
        others(member ->
                give(whole, chunks.start(member) + start, member * piece, length(chunks, member, start, piece)));
    }

    private void take(int member, long place, Tensor to, long start, long elements) {
        long size = to.element_size();
        if (elements > 0) {
            await(member, Board.Word.PUBLISHED);
            BytePointer slot = region.slot(member, round);
            Bytes.copy(slot.position(slot.position() + place * size), Bytes.at(to, start * size), elements * size);
        }
    }

    private void sum(Tensor own, Chunks chunks, long start, long piece, Tensor to, long place) {
        long length = length(chunks, index, start, piece);
        if (length == 0) {
            return;
        }
        try (PointerScope scope = new PointerScope()) {
            List<Tensor> parts = new ArrayList<>();
            int size = Math.toIntExact(own.element_size());
            others(member -> {
                await(member, Board.Word.PUBLISHED);
                parts.add(region.slot(member, round, own.scalar_type(), size, index * piece, length));
            });
            parts.add(own.narrow(0, chunks.start(index) + start, length));
            OrderedSum.of(parts, to.narrow(0, place, length));
        }
    }
}

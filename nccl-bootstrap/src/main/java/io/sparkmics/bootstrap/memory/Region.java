package io.sparkmics.bootstrap.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * What lies where in the memory that the processes of a group have mapped: the secret, the members' numbers, and two slots of
 * each member, which it fills in turn.
 */
final class Region implements AutoCloseable {

    static final int SLOTS = 2;

    private static final int SECRET_BYTES = 64;

    /** Numbers of two members in one line of the processor's cache would slow both down. */
    private static final int STRIDE = 128;

    private static final int PAGE = 4096;

    private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final Tensor bytes;
    private final ByteBuffer head;
    private final int members;
    private final long slotBytes;

    /** @param bytes as many as {@link #size}; owned by the result */
    Region(Tensor bytes, int members, long slotBytes) {
        this.bytes = bytes;
        this.members = members;
        this.slotBytes = slotBytes;
        this.head =
                new BytePointer(bytes.data_ptr()).capacity(headBytes(members)).asByteBuffer();
    }

    static long size(int members, long slotBytes) {
        return headBytes(members) + members * SLOTS * slotBytes;
    }

    private static long headBytes(int members) {
        long used = SECRET_BYTES + STRIDE + (long) members * Board.Word.values().length * STRIDE;
        return (used + PAGE - 1) / PAGE * PAGE;
    }

    long slotBytes() {
        return slotBytes;
    }

    long get(int member, Board.Word word) {
        return (long) LONGS.getVolatile(head, place(member, word));
    }

    void put(int member, Board.Word word, long value) {
        LONGS.setVolatile(head, place(member, word), value);
    }

    private static int place(int member, Board.Word word) {
        return STRIDE + (member * Board.Word.values().length + word.ordinal()) * STRIDE;
    }

    /** The first byte of the slot that a member fills in a round. */
    BytePointer slot(int member, long round) {
        return Bytes.at(bytes, slotStart(member, round));
    }

    private long slotStart(int member, long round) {
        return headBytes(members) + (member * SLOTS + round % SLOTS) * slotBytes;
    }

    /** Elements of a slot as a tensor, owned by the caller's scope. */
    Tensor slot(int member, long round, torch.ScalarType type, int elementSize, long start, long elements) {
        Tensor part = bytes.narrow(0, slotStart(member, round) + start * elementSize, elements * elementSize);
        return part.view(type);
    }

    /** Nobody here reads or writes it any more. */
    @Override
    public void close() {
        bytes.close();
    }
}

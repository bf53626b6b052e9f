package io.sparkmics.bootstrap.memory;

import io.sparkmics.bootstrap.Collectives;
import java.util.OptionalInt;
import java.util.function.IntConsumer;

/** What the two kinds of collectives over memory share: a board, and the number of the round that they are in. */
abstract class HostCollectives implements Collectives {

    protected final Board board;
    protected final int members;
    protected final int index;
    protected long round;

    /** @param board this member's, owned by the result */
    protected HostCollectives(Board board) {
        this.board = board;
        this.members = board.members();
        this.index = board.index();
    }

    /** Each member begins with another one. */
    protected final void others(IntConsumer work) {
        for (int steps = 1; steps < members; steps++) {
            work.accept(board.after(steps));
        }
    }

    /** Waits until the member has come so far as this one. */
    protected final void await(int member, Board.Word word) {
        board.await(member, word, round);
    }

    @Override
    public final OptionalInt awaited() {
        return board.awaited();
    }

    @Override
    public final void abort() {
        board.abort();
    }

    @Override
    public final void close() {
        board.close();
    }
}

package io.sparkmics.data;

import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Cuts the tokens of one partition into pieces of sequences, as {@link Packing} says. Documents are not seen here: a sequence
 * begins and ends anywhere in them. A sequence that reaches into the next partition leaves here as a fragment, and its other
 * part leaves there.
 */
final class Packer implements IntConsumer {

    /** Takes the pieces. */
    interface Sink {

        /**
         * @param sequence which sequence
         * @param offset where in the sequence the tokens begin
         */
        void accept(long sequence, int offset, int[] tokens);
    }

    private final SequenceForm form;
    private final Sink sink;
    private final int[] piece;
    private int size;
    private long position;

    /** @param position of this partition's first token in the row of all tokens */
    Packer(SequenceForm form, long position, Sink sink) {
        this.form = form;
        this.position = position;
        this.sink = sink;
        this.piece = new int[form.length()];
    }

    @Override
    public void accept(int token) {
        if (position % form.stride() == 0 && position > 0) {
            if (form.shared() > 0) {
                piece[size++] = token;
            }
            flush(position / form.stride() - 1, form.length() - 1);
        }
        piece[size++] = token;
        position++;
    }

    /** Lets go of what is left; to be called once, behind the last token. */
    void finish() {
        flush((position - 1) / form.stride(), (int) ((position - 1) % form.stride()));
    }

    private void flush(long sequence, int last) {
        if (size == 0) {
            return;
        }
        sink.accept(sequence, last + 1 - size, Arrays.copyOf(piece, size));
        size = 0;
    }
}

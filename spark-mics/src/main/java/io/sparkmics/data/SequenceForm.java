package io.sparkmics.data;

import java.io.Serializable;

/**
 * What a sequence is: a piece of one stream of tokens, or a row of words of its own.
 *
 * @param context how many tokens a sequence predicts, or how many places a row has
 * @param words of a row, weight included; 0: sequences are cut out of a stream
 * @param weighted whether the last word of a row is what its loss counts, as a float
 * @param responses whether rows are prompts with their responses, of {@link ResponseEncoder}
 */
record SequenceForm(int context, int words, boolean weighted, boolean responses) implements Serializable {

    static SequenceForm stream(int context) {
        return new SequenceForm(context, 0, false, false);
    }

    boolean stream() {
        return words == 0;
    }

    /** Words of a whole sequence; one more in a stream than are predicted. */
    int length() {
        return stream() ? context + 1 : words;
    }

    /** From where a sequence begins to where the next one does. */
    int stride() {
        return stream() ? context : words;
    }

    /** How many words two neighbours share. */
    int shared() {
        return length() - stride();
    }
}

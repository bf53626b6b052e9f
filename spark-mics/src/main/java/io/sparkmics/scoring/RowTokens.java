package io.sparkmics.scoring;

import io.sparkmics.data.ByteTokenizer;
import scala.collection.Iterator;
import scala.collection.Seq;

/** The token ids of one row, checked against the model's vocabulary. */
final class RowTokens {

    private RowTokens() {}

    /**
     * @param content the bytes of a text, or a sequence of ids
     * @return no tokens where it is null
     */
    static int[] of(Object content, int vocabularySize) {
        if (content == null) {
            return new int[0];
        }
        if (content instanceof byte[] text) {
            return checked(ByteTokenizer.encode(text), vocabularySize);
        }
        Seq<?> ids = (Seq<?>) content;
        int[] tokens = new int[ids.size()];
        Iterator<?> iterator = ids.iterator();
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = checked((Long) iterator.next(), vocabularySize);
        }
        return tokens;
    }

    private static int[] checked(int[] tokens, int vocabularySize) {
        for (int token : tokens) {
            checked((long) token, vocabularySize);
        }
        return tokens;
    }

    private static int checked(Long id, int vocabularySize) {
        if (id == null || id < 0 || id >= vocabularySize) {
            throw new IllegalArgumentException("Cannot score token id " + id + ": the model's ids are from 0 to "
                    + (vocabularySize - 1) + ". Make the ids with the tokenizer that the model was trained with.");
        }
        return id.intValue();
    }
}

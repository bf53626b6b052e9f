package io.sparkmics.scoring;

import io.sparkmics.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.function.IntPredicate;
import scala.collection.mutable.ArraySeq;

/** What the values of a column are to a model, and what a column gets of it. The caller's to close. */
interface Prompts extends AutoCloseable {

    /** At least one token. */
    int[] tokens(Object value);

    /** What was added to a prompt, as a value of a column of the prompt's kind. */
    Object added(int[] prompt, int[] added);

    /** Whether a token ends a text. */
    boolean isEnd(int id);

    @Override
    default void close() {}

    /** Token ids as they are, with the ids that end a text. */
    record Ids(int vocabularySize, IntPredicate ends) implements Prompts {

        @Override
        public int[] tokens(Object value) {
            int[] tokens = RowTokens.of(value, vocabularySize);
            if (tokens.length == 0) {
                throw new IllegalArgumentException(
                        "Cannot go on from a row without token ids: there must be one at least."
                                + " Put the id before it that texts begin with, or leave the row out.");
            }
            return tokens;
        }

        @Override
        public Object added(int[] prompt, int[] added) {
            return ArraySeq.make(Arrays.stream(added).boxed().toArray());
        }

        @Override
        public boolean isEnd(int id) {
            return ends.test(id);
        }
    }

    /** Text. */
    record Texts(Tokenizer tokenizer) implements Prompts {

        @Override
        public int[] tokens(Object value) {
            return tokenizer.beginning((String) value);
        }

        /**
         * Behind the prompt, where the tokenizer gives that back at the beginning of the whole: a letter may be several tokens.
         */
        @Override
        public Object added(int[] prompt, int[] added) {
            int[] all = Arrays.copyOf(prompt, prompt.length + added.length);
            System.arraycopy(added, 0, all, prompt.length, added.length);
            String whole = tokenizer.decode(all);
            String beginning = tokenizer.decode(prompt);
            return whole.startsWith(beginning) ? whole.substring(beginning.length()) : tokenizer.decode(added);
        }

        @Override
        public boolean isEnd(int id) {
            return tokenizer.isEnd(id);
        }

        @Override
        public void close() {
            tokenizer.close();
        }
    }
}

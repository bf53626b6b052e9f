package io.sparkmics.tokenizer;

/** What texts are to a model, and back: for one who generates. The caller's to close. */
public interface Tokenizer extends AutoCloseable {

    /** The ids that a text goes on from: at least one. */
    int[] beginning(String text);

    /** The text of ids. */
    String decode(int[] ids);

    /** Whether it ends a text. */
    boolean isEnd(int id);

    @Override
    void close();
}

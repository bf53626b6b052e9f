package io.sparkmics.tokenizer;

import io.sparkmics.data.ByteTokenizer;

/** The built-in tokenizer. */
final class ByteLevel implements Tokenizer {

    /** A text without a beginning begins where another one ended. */
    @Override
    public int[] beginning(String text) {
        return text.isEmpty() ? new int[] {ByteTokenizer.END_OF_TEXT} : ByteTokenizer.encode(text);
    }

    @Override
    public String decode(int[] ids) {
        return ByteTokenizer.decode(ids);
    }

    @Override
    public boolean isEnd(int id) {
        return id == ByteTokenizer.END_OF_TEXT;
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}

package io.sparkmics.data;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * The tokenizer that is built in: byte b of a text in UTF-8 is id b, as an unsigned number from 0 to 255, and 256 ends the
 * text. So "hé" is 104, 195, 169, 256. Nothing is normalized, and no id begins a text.
 */
public final class ByteTokenizer {

    /** The id that follows every document. */
    public static final int END_OF_TEXT = 256;

    /** The number of ids. */
    public static final int VOCABULARY_SIZE = 257;

    private ByteTokenizer() {}

    /** The ids of a text, without an end of text. */
    public static int[] encode(String text) {
        return encode(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The ids of bytes, which need not be good UTF-8, without an end of text. */
    public static int[] encode(byte[] bytes) {
        int[] ids = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            ids[i] = Byte.toUnsignedInt(bytes[i]);
        }
        return ids;
    }

    /** The text of ids. Ids that are no byte are left out; broken UTF-8 reads as U+FFFD. */
    public static String decode(int[] ids) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(ids.length);
        for (int id : ids) {
            if (id >= 0 && id < END_OF_TEXT) {
                bytes.write(id);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}

package io.sparkmics.data;

import java.io.Serializable;

/**
 * How tokens are written where they are sorted and shuffled: each in equally many bytes, the highest first, so that bytes in
 * their order are tokens in theirs.
 *
 * @param width bytes of a token, 1 to 4
 */
record TokenBytes(int width) implements Serializable {

    /** Text as it is, of which each byte is a token. */
    static final TokenBytes TEXT = new TokenBytes(Byte.BYTES);

    /** Words of 32 bits, negative ones too. */
    static final TokenBytes WORDS = new TokenBytes(Integer.BYTES);

    /** As few as the ids of a vocabulary need; but two at least, by which {@link IdProblems} are told from ids. */
    static TokenBytes of(int vocabularySize) {
        int bits = Integer.SIZE - Integer.numberOfLeadingZeros(vocabularySize - 1);
        return new TokenBytes(Math.max(Short.BYTES, (bits + Byte.SIZE - 1) / Byte.SIZE));
    }

    void put(int token, byte[] bytes, int offset) {
        for (int i = width - 1, left = token; i >= 0; i--, left >>= Byte.SIZE) {
            bytes[offset + i] = (byte) left;
        }
    }

    int get(byte[] bytes, int offset) {
        int token = 0;
        for (int i = 0; i < width; i++) {
            token = token << Byte.SIZE | Byte.toUnsignedInt(bytes[offset + i]);
        }
        return token;
    }
}

package io.sparkmics.data;

import java.nio.ByteBuffer;

/**
 * Why the ids of a document will not do.
 *
 * @param nulls how many are null
 * @param foreign how many are not of the vocabulary
 * @param example one of those
 */
record IdProblems(long nulls, long foreign, long example) {

    /** Told from ids by its length, which for those is a multiple of 2, 3 or 4. */
    byte[] bytes() {
        return ByteBuffer.allocate(3 * Long.BYTES + 1)
                .putLong(nulls)
                .putLong(foreign)
                .putLong(example)
                .array();
    }

    static IdProblems read(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        return new IdProblems(buffer.getLong(), buffer.getLong(), buffer.getLong());
    }
}

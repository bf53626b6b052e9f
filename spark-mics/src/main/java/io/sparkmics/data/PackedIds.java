package io.sparkmics.data;

import org.apache.spark.sql.api.java.UDF1;
import scala.collection.Iterator;
import scala.collection.Seq;

/** A document's ids as {@link TokenBytes}, or what is wrong with them: a function of Spark's. */
final class PackedIds implements UDF1<Seq<Long>, byte[]> {

    private static final long serialVersionUID = 1L;

    private final int vocabularySize;
    private final TokenBytes bytes;

    PackedIds(int vocabularySize) {
        this.vocabularySize = vocabularySize;
        this.bytes = TokenBytes.of(vocabularySize);
    }

    @Override
    public byte[] call(Seq<Long> ids) {
        if (ids == null) {
            return null;
        }
        byte[] packed = new byte[Math.multiplyExact(ids.size(), bytes.width())];
        int offset = 0;
        long nulls = 0;
        long foreign = 0;
        long example = 0;
        for (Iterator<Long> iterator = ids.iterator(); iterator.hasNext(); offset += bytes.width()) {
            Long id = iterator.next();
            if (id == null) {
                nulls++;
            } else if (id < 0 || id >= vocabularySize) {
                foreign++;
                example = id;
            } else {
                bytes.put(id.intValue(), packed, offset);
            }
        }
        return nulls + foreign == 0 ? packed : new IdProblems(nulls, foreign, example).bytes();
    }
}

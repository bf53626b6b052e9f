package io.sparkmics.data;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.function.IntConsumer;
import org.apache.spark.sql.Row;

/** Reads the documents of one partition, token by token, and counts what it sees. */
final class DocumentReader {

    /**
     * What documents are read as and ended with.
     *
     * @param bytes of the documents of a stream
     * @param endOfText follows every document; negative: nothing does. An OptionalInt would not travel to the executors.
     * @param columns of a row where each is a sequence of its own
     */
    record Tokens(TokenBytes bytes, int endOfText, SequenceForm form, int columns) implements Serializable {

        boolean ends() {
            return endOfText >= 0;
        }
    }

    private static final int TRAINING = -1;
    private static final int VALIDATION = -2;

    private final Tokens settings;
    private final PartitionCounts counts;
    private final TokenHash hash = new TokenHash();

    DocumentReader(Tokens settings) {
        this.settings = settings;
        this.counts = PartitionCounts.of(settings.columns());
    }

    /** Of everything that was read until now. */
    PartitionCounts counts() {
        counts.set(Count.TOKEN_HASH, hash.value());
        counts.set(Count.HASHED, hash.length());
        return counts;
    }

    /** Gives every token of the row's document to one of the two, or none when the row is skipped. */
    void read(Row row, IntConsumer training, IntConsumer validation) {
        byte[] document = row.getAs(Documents.DOCUMENT);
        if (document == null) {
            counts.add(Count.NULL_ROWS, 1);
        } else if (row.isNullAt(Documents.VALIDATION)) {
            counts.add(Count.NULL_INDICATORS, 1);
        } else if (row.getBoolean(Documents.VALIDATION)) {
            long tokens = read(document, VALIDATION, validation);
            counts.add(Count.VALIDATION_DOCUMENTS, tokens > 0 ? 1 : 0);
            counts.add(Count.VALIDATION_TOKENS, tokens);
        } else {
            long tokens = read(document, TRAINING, training);
            counts.add(Count.TRAINING_DOCUMENTS, tokens > 0 ? 1 : 0);
            counts.add(Count.TRAINING_TOKENS, tokens);
        }
    }

    private long read(byte[] document, int kind, IntConsumer sink) {
        if (!settings.form().stream()) {
            return readRow(document, kind, sink);
        }
        int width = settings.bytes().width();
        if (document.length % width != 0) {
            refuse(IdProblems.read(document));
            return 0;
        }
        long length = document.length / width;
        begin(length, kind);
        for (int offset = 0; offset < document.length; offset += width) {
            accept(settings.bytes().get(document, offset), sink);
        }
        if (length == 0) {
            counts.add(Count.EMPTY_DOCUMENTS, 1);
            return 0;
        }
        if (settings.ends()) {
            accept(settings.endOfText(), sink);
            return length + 1;
        }
        return length;
    }

    /** As {@link RowEncoder} made it; a row that will not do is counted, and not read. */
    private long readRow(byte[] bytes, int kind, IntConsumer sink) {
        int words = settings.form().words();
        if (bytes.length != words * (long) Integer.BYTES) {
            RowProblem.read(bytes).forEach(counts::add);
            return 0;
        }
        IntBuffer row = ByteBuffer.wrap(bytes).asIntBuffer();
        begin(words, kind);
        while (row.hasRemaining()) {
            accept(row.get(), sink);
        }
        if (settings.form().responses() && isCutOff(row.get(settings.form().context()))) {
            counts.add(Count.CUT_OFF, 1);
        }
        counts.addWeight(
                kind == TRAINING ? Count.TRAINING_WEIGHT : Count.VALIDATION_WEIGHT,
                settings.form().weighted() ? Float.intBitsToFloat(row.get(words - 1)) : 1);
        return words;
    }

    /** @param last of a sequence of context + 1 tokens */
    private boolean isCutOff(int last) {
        return last != TokenBatch.PADDING && last != settings.endOfText();
    }

    /** No token is negative, so where documents begin and what they are for is in the hash too. Rows are of one length. */
    private void begin(long length, int kind) {
        if (length > 0) {
            hash.add(kind);
        }
    }

    private void refuse(IdProblems problems) {
        counts.add(Count.NULL_IDS, problems.nulls());
        counts.add(Count.FOREIGN_IDS, problems.foreign());
        if (problems.foreign() > 0) {
            counts.set(Count.FOREIGN_ID_EXAMPLE, problems.example());
        }
    }

    private void accept(int token, IntConsumer sink) {
        hash.add(token);
        sink.accept(token);
    }
}

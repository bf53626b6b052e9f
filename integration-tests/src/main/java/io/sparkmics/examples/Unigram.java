package io.sparkmics.examples;

import java.nio.charset.StandardCharsets;
import java.util.stream.LongStream;
import org.apache.spark.sql.Dataset;

/**
 * The model that knows how often each byte occurs and nothing else: what a language model must beat clearly.
 *
 * @param counts how often each of the 256 bytes occurs
 */
record Unigram(long[] counts) {

    private static final int BYTES = 256;

    static Unigram of(Dataset<String> texts) {
        return new Unigram(count(texts, 0));
    }

    /** The mean loss in nats of every byte but the first of each text; a byte that was never seen counts as seen once. */
    double loss(Dataset<String> texts) {
        long[] predicted = count(texts, 1);
        double all = LongStream.of(counts).sum() + BYTES;
        double loss = 0;
        for (int value = 0; value < BYTES; value++) {
            loss -= predicted[value] * Math.log((counts[value] + 1) / all);
        }
        return loss / LongStream.of(predicted).sum();
    }

    private static long[] count(Dataset<String> texts, int from) {
        return texts.javaRDD().aggregate(new long[BYTES], (counts, text) -> add(counts, text, from), Unigram::merge);
    }

    private static long[] add(long[] counts, String text, int from) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int i = from; i < bytes.length; i++) {
            counts[bytes[i] & 0xff]++;
        }
        return counts;
    }

    private static long[] merge(long[] left, long[] right) {
        for (int value = 0; value < BYTES; value++) {
            left[value] += right[value];
        }
        return left;
    }
}

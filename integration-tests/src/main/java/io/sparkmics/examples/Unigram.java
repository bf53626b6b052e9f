package io.sparkmics.examples;

import java.nio.charset.StandardCharsets;
import org.apache.spark.sql.Dataset;

/**
 * The model that knows how often each byte occurs and nothing else: what a language model must beat clearly.
 *
 * @param counts how often each byte occurs, then the number of texts: each has one end
 */
record Unigram(long[] counts) {

    private static final int END = 256;

    static Unigram of(Dataset<String> texts) {
        return new Unigram(texts.javaRDD().aggregate(new long[END + 1], Unigram::add, Unigram::merge));
    }

    /** The mean loss in nats a token on these texts, their ends included; a token that was never seen counts as seen once. */
    double loss(Dataset<String> texts) {
        long[] held = of(texts).counts();
        double total = 0;
        long seen = 0;
        long size = 0;
        for (int token = 0; token <= END; token++) {
            size += counts[token] + 1;
        }
        for (int token = 0; token <= END; token++) {
            total -= held[token] * Math.log((counts[token] + 1.0) / size);
            seen += held[token];
        }
        return total / seen;
    }

    private static long[] add(long[] counts, String text) {
        for (byte value : text.getBytes(StandardCharsets.UTF_8)) {
            counts[value & 0xff]++;
        }
        counts[END]++;
        return counts;
    }

    private static long[] merge(long[] left, long[] right) {
        for (int token = 0; token <= END; token++) {
            left[token] += right[token];
        }
        return left;
    }
}

package io.sparkmics.benchmark.data;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.udf;

import java.io.Serializable;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;

/**
 * Documents that follow from a seed and their number. Words are as frequent as in natural text, by Zipf's law; a document has
 * 100 to 4,000 of them, more often few than many; one document in twenty is a copy of another.
 */
record SampleDocuments(long seed) implements Serializable {

    /** As many as GPT-2 has tokens. */
    static final int VOCABULARY_SIZE = 50257;

    private static final int SHORTEST = 100;
    private static final int LONGEST = 4000;
    private static final int COPIES = 20;

    /** Letters and digits are so many; a word has four of them. */
    private static final int SIGNS = 36;

    /** The numbers of a document's words, the most frequent first: its token ids. */
    int[] ids(long number) {
        long content = number % COPIES == 0 ? number / COPIES + 1 : number;
        SplittableRandom random = new SplittableRandom(seed ^ content * 0x9E3779B97F4A7C15L);
        int[] ids = new int[(int) (SHORTEST * Math.pow(LONGEST / (double) SHORTEST, random.nextDouble()))];
        Arrays.setAll(ids, i -> (int) Math.pow(VOCABULARY_SIZE, random.nextDouble()) - 1);
        return ids;
    }

    /** The same document in words of five bytes, a space included. */
    String text(long number) {
        return Arrays.stream(ids(number))
                .mapToObj(id -> Integer.toString(SIGNS * SIGNS * SIGNS + id * 31, SIGNS))
                .collect(Collectors.joining(" "));
    }

    /** How many documents make so many bytes of text. */
    static long count(long bytes) {
        double words = (LONGEST - SHORTEST) / Math.log(LONGEST / (double) SHORTEST);
        return (long) Math.ceil(bytes / (5 * words));
    }

    /** The document of each number in the column {@code id}, as text. */
    Column texts() {
        UDF1<Long, String> text = this::text;
        return udf(text, DataTypes.StringType).apply(col("id"));
    }

    /** The document of each number in the column {@code id}, as token ids. */
    Column tokenIds() {
        UDF1<Long, int[]> ids = this::ids;
        return udf(ids, DataTypes.createArrayType(DataTypes.IntegerType)).apply(col("id"));
    }
}

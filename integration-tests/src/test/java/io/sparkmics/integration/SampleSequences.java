package io.sparkmics.integration;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Token ids below 311 for the models that the library's scripts make, whose contexts have 16 tokens. */
final class SampleSequences {

    /** Each as long as the context, with which the library has no more to predict. */
    static final List<int[]> ALL = IntStream.range(0, 8)
            .mapToObj(row ->
                    IntStream.range(0, 16).map(i -> (row * 131 + i * 37) % 311).toArray())
            .toList();

    private SampleSequences() {}

    /** All of them one behind the other, and the first token again: cut into pieces that share a token. */
    static List<Integer> document() {
        return IntStream.concat(ALL.stream().flatMapToInt(Arrays::stream), IntStream.of(ALL.get(0)[0]))
                .boxed()
                .toList();
    }

    /** A row of tokens. */
    static Dataset<Row> row(SparkSession spark, List<Integer> tokens) {
        return spark.sql("select array(" + joined(tokens.stream()) + ") as tokens");
    }

    /** A row for each, with its position. */
    static Dataset<Row> rows(SparkSession spark) {
        return rows(spark, ALL);
    }

    static Dataset<Row> rows(SparkSession spark, List<int[]> sequences) {
        String rows = IntStream.range(0, sequences.size())
                .mapToObj(position -> "(" + position + ", array("
                        + joined(Arrays.stream(sequences.get(position)).boxed()) + "))")
                .collect(Collectors.joining(", "));
        return spark.sql("select * from values " + rows + " as t(position, tokens)");
    }

    private static String joined(Stream<Integer> tokens) {
        return tokens.map(String::valueOf).collect(Collectors.joining(", "));
    }
}

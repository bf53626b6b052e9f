package io.sparkmics.data;

import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Small local sessions for the tests of this room, and rows for them. */
final class LocalSpark {

    static final StructType TEXT = new StructType().add("text", DataTypes.StringType);

    private LocalSpark() {}

    static SparkSession session(String master) {
        return session(master, Map.of());
    }

    /** Adaptive coalescing is off, so that small data stays in several partitions. */
    static SparkSession session(String master, Map<String, Object> more) {
        return SparkSession.builder()
                .master(master)
                .config("spark.ui.enabled", false)
                .config("spark.sql.shuffle.partitions", 4)
                .config("spark.sql.adaptive.coalescePartitions.enabled", false)
                .config("spark.log.level", "ERROR")
                .config(Map.copyOf(more))
                .getOrCreate();
    }

    static Dataset<Row> texts(SparkSession spark, String... texts) {
        return spark.createDataFrame(
                java.util.Arrays.stream(texts).map(RowFactory::create).toList(), TEXT);
    }

    /** Documents of very different lengths, in letters that are not all ASCII. */
    static String[] documents(int count) {
        return IntStream.range(0, count)
                .mapToObj(i ->
                        "документ " + i + " " + "xyz ".repeat(i % 7 * (i % 5)) + (i % 11 == 0 ? "é".repeat(90) : ""))
                .toArray(String[]::new);
    }
}

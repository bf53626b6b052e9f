package io.sparkmics.examples;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.sum;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;

/**
 * The text files below a folder, one row a file, and which of them are held out.
 *
 * <p>A hash of the path inside the folder decides, so that the same files are held out on every machine.
 */
final class TextFiles {

    /** One file in this many is a candidate for being held out. */
    private static final int HELD_OUT_ONE_IN = 100;

    private static final Column LOTTERY = expr("pmod(xxhash64(path), " + HELD_OUT_ONE_IN + ")");

    private final Dataset<Row> files;

    TextFiles(SparkSession spark, String folder) {
        files = spark.read()
                .option("wholetext", true)
                .option("recursiveFileLookup", true)
                .text(folder)
                .select(
                        col("value").as("text"),
                        expr("octet_length(value)").as("bytes"),
                        // From the first package folder on: where the checkout lies must not matter.
                        expr("regexp_extract(_metadata.file_path, '/((org|com)/.*)', 1)")
                                .as("path"));
    }

    /** What is trained on. */
    Dataset<Row> training() {
        return files.where(LOTTERY.notEqual(0));
    }

    /** Files that are never trained on, as many as fit in so many bytes. */
    Dataset<Row> heldOut(long bytes) {
        return files.where(LOTTERY.equalTo(0))
                .withColumn("total", sum("bytes").over(Window.orderBy(expr("xxhash64(path)"), col("path"))))
                .where(col("total").leq(bytes));
    }
}

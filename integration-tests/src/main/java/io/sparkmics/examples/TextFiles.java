package io.sparkmics.examples;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.substring_index;
import static org.apache.spark.sql.functions.sum;

import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;

/**
 * The text files below a folder, a row each: {@code text}, {@code bytes}, {@code path}; and which of them are held out.
 *
 * <p>A hash of the path inside the folder decides, so that the same files are held out on every machine.
 */
final class TextFiles {

    private static final Column HELD_OUT = expr("pmod(xxhash64(path), 20) = 0");

    private final Dataset<Row> files;

    TextFiles(SparkSession spark, String folder) {
        String name = "/" + new Path(folder).getName() + "/";
        files = spark.read()
                .option("wholetext", true)
                .option("recursiveFileLookup", true)
                .text(folder)
                .select(
                        col("value").as("text"),
                        expr("octet_length(value)").as("bytes"),
                        substring_index(col("_metadata.file_path"), name, -1).as("path"));
    }

    /** What is trained on. */
    Dataset<Row> training() {
        return files.where(not(HELD_OUT));
    }

    /** Files that are never trained on, as many as fit in so many bytes. */
    Dataset<Row> heldOut(long bytes) {
        return files.where(HELD_OUT)
                .withColumn("total", sum("bytes").over(Window.orderBy(expr("xxhash64(path)"), col("path"))))
                .where(col("total").leq(bytes))
                .drop("total");
    }
}

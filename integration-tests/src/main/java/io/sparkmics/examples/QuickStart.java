package io.sparkmics.examples;

import java.io.IOException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Trains a small GPT on the text files below a folder, saves it, loads it again and looks at what it has learned. */
public final class QuickStart {

    private static final long HELD_OUT_BYTES = 200_000;

    private QuickStart() {}

    public static void main(String[] args) throws IOException {
        try (SparkSession spark =
                SparkSession.builder().appName("spark-mics quick start").getOrCreate()) {
            TextFiles files = new TextFiles(spark, args[0]);
            Dataset<Row> training = files.training();
            Dataset<Row> heldOut = files.heldOut(HELD_OUT_BYTES).cache();
            Unigram unigram = Unigram.of(training.select("text").as(Encoders.STRING()));
            System.out.println(
                    heldOut.count() + " " + heldOut.selectExpr("sum(bytes)").first() + " "
                            + unigram.loss(heldOut.select("text").as(Encoders.STRING())));
        }
    }
}

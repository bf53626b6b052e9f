package io.sparkmics.examples;

import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import io.sparkmics.MicsEstimator;
import io.sparkmics.MicsEvaluator;
import io.sparkmics.MicsModel;
import io.sparkmics.model.Gpt;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Trains a small GPT on the text files below a folder with four ranks, saves it, loads it again and looks at what it has
 * learned.
 */
public final class QuickStart {

    private static final long HELD_OUT_BYTES = 200_000;

    private QuickStart() {}

    /** @param arguments the folder of text, the folder to write to, the number of steps */
    public static void main(String[] arguments) throws IOException {
        String output = arguments[1];
        int steps = Integer.parseInt(arguments[2]);
        // Named by spark-submit --name: an appName here would take that name away.
        try (SparkSession spark = SparkSession.builder().getOrCreate()) {
            TextFiles files = new TextFiles(spark, arguments[0]);
            Dataset<Row> training = files.training().cache();
            Dataset<Row> heldOut = files.heldOut(HELD_OUT_BYTES).cache();
            say("Training on %s; held out: %s.", size(training), size(heldOut));

            MicsModel trained = new MicsEstimator()
                    .setModel(Gpt.config().layers(4).heads(4).width(160).context(128))
                    .setInputCol("text")
                    .setNumWorkers(4)
                    .setPartitionGroupSize(2)
                    .setGlobalBatchSize(32)
                    .setMicroBatchSize(4)
                    .setLearningRate(3e-3)
                    .setWarmUpSteps(20)
                    .setMaxSteps(steps)
                    .fit(training);
            trained.write().overwrite().save(output + "/model");

            MicsModel model = MicsModel.load(output + "/model");
            double loss = new MicsEvaluator().setMetricName("loss").evaluate(model.transform(heldOut));
            double unigramLoss = Unigram.of(texts(training)).loss(texts(heldOut));
            say(
                    "Loss on held-out files: %.3f nats a byte; a unigram model on the same bytes: %.3f.",
                    loss, unigramLoss);
            say("A sample:%n%s", model.generate("  def ", 200).indent(4));
            say(
                    "%s%nThe model is in %s, for Python in its folder huggingface.",
                    trained.writeReport(output, Map.of("heldOutLoss", loss, "unigramLoss", unigramLoss)),
                    output + "/model");
        }
    }

    private static String size(Dataset<Row> files) {
        Row row = files.select(count(lit(1)), sum("bytes")).first();
        return String.format(Locale.ROOT, "%,d files of %,d bytes", row.getLong(0), row.getLong(1));
    }

    private static Dataset<String> texts(Dataset<Row> files) {
        return files.select("text").as(Encoders.STRING());
    }

    private static void say(String format, Object... values) {
        System.out.printf(Locale.ROOT, format + "%n", values);
    }
}

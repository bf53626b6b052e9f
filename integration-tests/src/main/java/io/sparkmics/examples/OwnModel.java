package io.sparkmics.examples;

import io.sparkmics.MicsEstimator;
import io.sparkmics.MicsModel;
import java.io.IOException;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Trains a model that is not built in, {@link ByteConvolution}; saves it, loads it again, scores with it and generates. */
public final class OwnModel {

    private OwnModel() {}

    /** @param arguments a folder of text files, where to save the model, the number of steps */
    public static void main(String[] arguments) throws IOException {
        try (SparkSession spark = SparkSession.builder().appName("own model").getOrCreate()) {
            Dataset<Row> texts = spark.read().option("wholetext", true).text(arguments[0]);
            MicsModel trained = new MicsEstimator()
                    .setModel(new ByteConvolution(3, 64, 4, 64))
                    .setInputCol("value")
                    .setNumWorkers(2)
                    .setPartitionGroupSize(2)
                    .setLearningRate(1e-2)
                    .setMaxSteps(Long.parseLong(arguments[2]))
                    .fit(texts);
            trained.write().overwrite().save(arguments[1]);

            MicsModel model = MicsModel.load(arguments[1]);
            model.transform(texts).select("loss", "tokenCount").show();
            System.out.println(model.generate("the ", 40));
        }
    }
}

package org.example.demand;

import io.sparkmics.MicsRegressor;
import java.io.IOException;
import java.util.List;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Learns how many units a store will sell at least, about and at most; saves the pipeline, loads it and scores with it. */
public final class DemandForecast {

    private static final List<Double> QUANTILES = List.of(0.1, 0.5, 0.9);

    /** One for each quantile. */
    private static final String[] COLUMNS = {"low", "middle", "high"};

    private DemandForecast() {}

    /** @param arguments where to save the pipeline, the number of steps */
    public static void main(String[] arguments) throws IOException {
        try (SparkSession spark = SparkSession.builder().appName("demand").getOrCreate()) {
            Dataset<Row> sales = sales(spark);
            pipeline(Long.parseLong(arguments[1]))
                    .fit(sales)
                    .write()
                    .overwrite()
                    .save(arguments[0]);

            Dataset<Row> scored = PipelineModel.load(arguments[0]).transform(sales);
            scored.select("shop", "price", "weekday", "units", "low", "middle", "high")
                    .show();
            for (int i = 0; i < QUANTILES.size(); i++) {
                System.out.println("quantile " + QUANTILES.get(i) + ": pinball loss "
                        + new PinballLoss(COLUMNS[i], QUANTILES.get(i)).evaluate(scored));
            }
        }
    }

    static Pipeline pipeline(long steps) {
        StringIndexer stores = new StringIndexer().setInputCol("shop").setOutputCol("store");
        VectorAssembler features = new VectorAssembler()
                .setInputCols(new String[] {"price", "weekday"})
                .setOutputCol("features");
        // The model's inputs are called features and store, as the columns are: nothing needs to be mapped.
        MicsRegressor regressor = new MicsRegressor()
                .setModel(new QuantileNetwork(2, 3, 16, QUANTILES))
                .setLabelCol("units")
                .setPredictionCol("")
                .setOutputCols(COLUMNS)
                .setNumWorkers(2)
                .setPartitionGroupSize(2)
                .setGlobalBatchSize(32)
                .setMicroBatchSize(16)
                .setLearningRate(1e-2)
                .setMaxSteps(steps);
        return new Pipeline().setStages(new PipelineStage[] {stores, features, regressor});
    }

    /** Shops sell more on late weekdays and less at high prices, and one is larger than another. */
    static Dataset<Row> sales(SparkSession spark) {
        return spark.range(960)
                .selectExpr(
                        "element_at(array('north', 'south', 'west'), int(id % 3) + 1) AS shop",
                        "1 + (id * 7 % 5) / 4 AS price",
                        "double(id % 7) / 7 AS weekday",
                        "id % 3 + 2 * (id % 7) / 7 - (id * 7 % 5) / 4 + (xxhash64(id) & 1023) / 1024 AS units");
    }
}

package io.sparkmics.integration;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkmics.MicsEstimator;
import io.sparkmics.MicsModel;
import io.sparkmics.benchmark.ResidentMemory;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/** Trains adapters beside a large model for two steps, saves what comes of it, and prints what time and memory that took. */
public final class LargeModel {

    static final int RANKS = 2;

    private LargeModel() {}

    /** @param arguments the folders of the model, of what is saved, and to work in */
    public static void main(String[] arguments) throws IOException {
        try (SparkSession spark = SparkSession.builder().getOrCreate()) {
            MicsEstimator estimator = new MicsEstimator()
                    .setInitialModel(arguments[0])
                    .setWorkDirectory(arguments[2])
                    .setInputCol("tokens")
                    .setLoraRank(8)
                    .setLoraTargets("q_proj,v_proj")
                    .setNumWorkers(RANKS)
                    .setPartitionGroupSize(RANKS)
                    .setGlobalBatchSize(RANKS)
                    .setMicroBatchSize(1)
                    .setMaxSteps(2)
                    .setWarmUpSteps(0)
                    .setLearningRate(1e-2)
                    .setCollectiveTimeout(600);
            long start = System.nanoTime();
            MicsModel model = estimator.fit(SampleSequences.row(spark, SampleSequences.document()));
            double fit = seconds(start);
            start = System.nanoTime();
            model.write().save(arguments[1]);
            double save = seconds(start);
            System.out.println(new ObjectMapper()
                    .writeValueAsString(Map.of(
                            "fitSeconds",
                            fit,
                            "saveSeconds",
                            save,
                            "losses",
                            List.of(model.summary().firstLoss(), model.summary().finalLoss()),
                            "driver",
                            ResidentMemory.ofThisProcess().peak(),
                            "executors",
                            executors())));
        }
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    /** On a local cluster the driver has started them. */
    private static List<Long> executors() {
        return ProcessHandle.current()
                .descendants()
                .map(process -> new ResidentMemory(process.pid()).peak())
                .toList();
    }
}

package io.sparkmics.integration;

import io.sparkmics.MicsEstimator;
import io.sparkmics.model.Gpt;
import java.io.IOException;
import java.util.Collections;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Trains four ranks with one deviceType after the other, in one application. */
public final class DeviceTypes {

    private DeviceTypes() {}

    /** @param arguments the work directory, and the values of deviceType */
    public static void main(String[] arguments) throws IOException {
        try (SparkSession spark = SparkSession.builder().getOrCreate()) {
            Dataset<Row> frame = spark.createDataset(Collections.nCopies(100, "a row of text"), Encoders.STRING())
                    .toDF("text");
            for (int i = 1; i < arguments.length; i++) {
                System.out.println(arguments[i] + ": " + fit(frame, arguments[0], arguments[i]));
            }
        }
    }

    private static String fit(Dataset<Row> frame, String workDirectory, String deviceType) {
        MicsEstimator estimator = new MicsEstimator()
                .setModel(Gpt.config().layers(1).heads(2).width(16).context(8))
                .setNumWorkers(4)
                .setPartitionGroupSize(2)
                .setGlobalBatchSize(8)
                .setMicroBatchSize(2)
                .setMaxSteps(2)
                .setWorkDirectory(workDirectory)
                .setSharedWorkDirectory(true)
                .setDeviceType(deviceType);
        try {
            return "trained " + estimator.fit(frame).summary().steps() + " steps";
        } catch (IllegalArgumentException | IllegalStateException e) {
            return e.getMessage().replace("\n", "\n" + deviceType + ": ");
        }
    }
}

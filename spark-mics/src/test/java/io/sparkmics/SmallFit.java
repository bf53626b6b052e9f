package io.sparkmics;

import io.sparkmics.model.Gpt;
import java.nio.file.Path;
import java.util.Collections;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;

/** A fit that takes seconds: two ranks, one partition group. */
final class SmallFit {

    private SmallFit() {}

    static MicsEstimator estimator(Path folder, int steps) {
        return new MicsEstimator()
                .setModel(Gpt.config().layers(1).heads(2).width(16).context(16))
                .setNumWorkers(2)
                .setPartitionGroupSize(2)
                .setGlobalBatchSize(4)
                .setMicroBatchSize(1)
                .setMaxSteps(steps)
                .setWorkDirectory(folder.toString());
    }

    /** Enough for four steps. */
    static Dataset<Row> texts() {
        return LocalSpark.session()
                .createDataset(Collections.nCopies(20, "a row of text to learn from"), Encoders.STRING())
                .toDF("text");
    }
}

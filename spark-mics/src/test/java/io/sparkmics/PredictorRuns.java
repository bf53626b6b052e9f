package io.sparkmics;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Small data for estimators that predict, and settings under which they do what can be computed by hand. */
final class PredictorRuns {

    private static final StructType SCHEMA = new StructType()
            .add("features", SQLDataTypes.VectorType())
            .add("label", DataTypes.DoubleType)
            .add("weight", DataTypes.IntegerType)
            .add("name", DataTypes.StringType)
            .add("id", DataTypes.IntegerType);

    /** Numbers that single precision has, three classes, and weights of which the mean is 1.5. */
    static Dataset<Row> frame(int rows) {
        List<Row> made = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            double label = i % 3;
            made.add(RowFactory.create(
                    Vectors.dense(label - 1 + i % 2 * 0.25, i % 5 * 0.5 - label),
                    label,
                    1 + i % 2,
                    List.of("low", "middle", "high").get(i % 3),
                    i));
        }
        return LocalSpark.session().createDataFrame(made, SCHEMA);
    }

    static <E extends TrainingEstimator<E, ?>> E small(E estimator, int batch, long steps, Path folder) {
        estimator.setNumWorkers(2);
        estimator.setPartitionGroupSize(2);
        estimator.setGlobalBatchSize(batch);
        estimator.setMicroBatchSize(2);
        estimator.setMaxSteps(steps);
        estimator.setWarmUpSteps(0);
        estimator.setMinimumLearningRateRatio(1);
        estimator.setOptimizer("sgd");
        estimator.setGradientClipping(0);
        estimator.setLearningRate(0.5);
        estimator.setPrecision("float64");
        return estimator.setWorkDirectory(folder.toString());
    }

    private PredictorRuns() {}
}

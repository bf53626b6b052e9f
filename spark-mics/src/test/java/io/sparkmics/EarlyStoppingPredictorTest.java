package io.sparkmics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.model.perceptron.Perceptron;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Predictors of what rows do not tell: their features are zero, so that there is a bias to train and nothing else. It goes to what
 * the training rows have, past what the held-out rows have, and all of it can be computed by hand.
 */
class EarlyStoppingPredictorTest {

    private static final int STEPS = 60;
    private static final int EVERY = 2;
    private static final int PATIENCE = 3;
    private static final double RATE = 0.05;

    private static final StructType SCHEMA = new StructType()
            .add("features", SQLDataTypes.VectorType())
            .add("label", DataTypes.DoubleType)
            .add("held_out", DataTypes.BooleanType);

    @TempDir
    private Path folder;

    private <E extends TrainingEstimator<E, ?>> E stopping(E estimator) {
        return PredictorRuns.small(estimator, 8, STEPS, folder)
                .setLearningRate(RATE)
                .setEvaluateEvery(EVERY)
                .setEarlyStoppingPatience(PATIENCE);
    }

    /** Eight to train on. */
    private static Dataset<Row> rows(double label, double... heldOut) {
        List<Row> rows = new ArrayList<>();
        for (int row = 0; row < 8; row++) {
            rows.add(RowFactory.create(Vectors.dense(0, 0), label, false));
        }
        for (double other : heldOut) {
            rows.add(RowFactory.create(Vectors.dense(0, 0), other, true));
        }
        return LocalSpark.session().createDataFrame(rows, SCHEMA);
    }

    /** What is trained, after each step, the first of them before any. */
    private static double[] course(DoubleUnaryOperator step) {
        double[] values = new double[STEPS + 1];
        for (int i = 0; i < STEPS; i++) {
            values[i + 1] = step.applyAsDouble(values[i]);
        }
        return values;
    }

    /** @return what is trained as the best model has it */
    private static double assertItStopped(FittedModel<?> model, double[] course, DoubleUnaryOperator heldOutLoss) {
        int best = EVERY;
        for (int step = EVERY; step <= STEPS; step += EVERY) {
            best = heldOutLoss.applyAsDouble(course[step]) < heldOutLoss.applyAsDouble(course[best]) ? step : best;
        }
        int last = best + PATIENCE * EVERY;
        assertThat(best).isGreaterThan(EVERY);
        assertThat(last).isLessThan(STEPS);
        assertThat(model.summary().describe())
                .containsEntry("steps", (long) last)
                .containsEntry("stoppedAfterStep", (long) last)
                .containsEntry("bestStep", (long) best);
        assertThat(model.summary().validationLoss()).isCloseTo(heldOutLoss.applyAsDouble(course[last]), within(1e-9));
        return course[best];
    }

    @Test
    void aRegressorThatGetsNoBetterEndsAndItsBestPredicts() {
        Dataset<Row> rows = rows(1, 0.5, 0.5, 0.5);

        MicsRegressionModel model = stopping(new MicsRegressor())
                .setModel(Perceptron.regressor(2))
                .setValidationIndicatorCol("held_out")
                .fit(rows);

        double bias = assertItStopped(
                model, course(value -> value - RATE * 2 * (value - 1)), value -> (value - 0.5) * (value - 0.5));
        assertThat(model.transform(rows).select("prediction").first().getDouble(0))
                .isCloseTo(bias, within(1e-9));
    }

    @Test
    void aClassifierThatGetsNoBetterEndsAndItsBestPredicts() {
        Dataset<Row> rows = rows(0, 0, 0, 0, 1);

        MicsClassificationModel model = stopping(new MicsClassifier())
                .setModel(new LinearClassifier(2, 2))
                .setValidationIndicatorCol("held_out")
                .fit(rows);

        // How much larger the first class's logit is.
        double lead = assertItStopped(
                model,
                course(value -> value + 2 * RATE * (1 - first(value))),
                value -> -(3 * Math.log(first(value)) + Math.log(1 - first(value))) / 4);
        assertThat(model.transform(rows)
                        .select("probability")
                        .first()
                        .<Vector>getAs(0)
                        .apply(0))
                .isCloseTo(first(lead), within(1e-9));
    }

    private static double first(double lead) {
        return 1 / (1 + Math.exp(-lead));
    }
}

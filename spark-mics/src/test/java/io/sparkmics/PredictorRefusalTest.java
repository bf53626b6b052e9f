package io.sparkmics;

import static io.sparkmics.PredictorRuns.frame;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.model.Gpt;
import io.sparkmics.model.perceptron.Perceptron;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with rows, columns or the model is said before a rank starts. */
class PredictorRefusalTest {

    @TempDir
    private Path folder;

    private <E extends TrainingEstimator<E, ?>> E small(E estimator, int batch, long steps) {
        return PredictorRuns.small(estimator, batch, steps, folder);
    }

    @Test
    void allThatIsWrongWithTheRowsIsSaidAtOnce() {
        List<Row> rows = List.of(
                RowFactory.create(Vectors.dense(1, 2), null, 1),
                RowFactory.create(Vectors.dense(1, 2), 7.0, 1),
                RowFactory.create(Vectors.dense(1, 2), 0.5, 1),
                RowFactory.create(Vectors.dense(1, 2, 3), 1.0, -4),
                RowFactory.create(Vectors.dense(1, Double.NaN), 1.0, 1),
                RowFactory.create(null, 1.0, 1));
        StructType schema = new StructType()
                .add("features", SQLDataTypes.VectorType())
                .add("label", DataTypes.DoubleType)
                .add("weight", DataTypes.IntegerType);
        MicsClassifier classifier = small(new MicsClassifier(), 2, 1)
                .setModel(new LinearClassifier(2, 3))
                .setMicroBatchSize(1)
                .setWeightCol("weight");

        assertThatThrownBy(() -> classifier.fit(LocalSpark.session().createDataFrame(rows, schema)))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .satisfies(message -> assertThat(message.lines())
                        .containsExactlyInAnyOrder(
                                "Cannot train: column 'features', the features, is null in a row. Fill it, or leave such"
                                        + " rows out.",
                                "Cannot train: column 'features', the features, has another number of elements in a row,"
                                        + " for example 3. The model reads 2: give it as many, or configure it for others.",
                                "Cannot train: column 'features', the features, is no finite number, or none in single"
                                        + " precision in a row, for example NaN. Fill it, or leave such rows out.",
                                "Cannot train: column 'label', the label, is null in a row. Fill it, or leave such rows"
                                        + " out.",
                                message.contains("example 7.0")
                                        ? "Cannot train: column 'label', the label, is no class in 2 rows, for example 7.0."
                                                + " Classes are whole numbers from 0 to 2: index the column with a"
                                                + " StringIndexer, or configure the model for more."
                                        : "Cannot train: column 'label', the label, is no class in 2 rows, for example 0.5."
                                                + " Classes are whole numbers from 0 to 2: index the column with a"
                                                + " StringIndexer, or configure the model for more.",
                                "Cannot train: column 'weight', the weight, is negative in a row, for example -4.0. Weights"
                                        + " are 0 or more."));
    }

    @Test
    void aRowThatCannotBePredictedIsNamedByItsColumn() {
        Dataset<Row> frame = frame(8);
        MicsClassificationModel model = small(new MicsClassifier(), 8, 1)
                .setModel(new LinearClassifier(2, 3))
                .fit(frame);
        Dataset<Row> gap = frame.withColumn("features", lit(null).cast(SQLDataTypes.VectorType()));

        assertThatThrownBy(() -> model.transform(gap).collect())
                .hasStackTraceContaining(
                        "Cannot predict: column 'features', the features, is null in a row. Fill it, or leave such rows"
                                + " out.");
        assertThat(model.transform(gap.na().drop(new String[] {"features"})).collectAsList())
                .isEmpty();
    }

    @Test
    void wrongColumnsAreSaidTogether() {
        Dataset<Row> frame = frame(8).withColumn("prediction", lit(1)).drop("label");
        MicsClassifier classifier = small(new MicsClassifier(), 8, 1)
                .setModel(Perceptron.classifier(2))
                .setFeaturesCol("name")
                .setWeightCol("none");

        assertThatThrownBy(() -> classifier.transformSchema(frame.schema()))
                .hasMessage("Cannot use 'name' as the features column: its type is string. It must be a vector,"
                        + " array<float> or array<double>.\n"
                        + "Cannot find the label column 'label': the columns are features, weight, name, id, prediction.\n"
                        + "Cannot find the weight column 'none': the columns are features, weight, name, id, prediction.\n"
                        + "Cannot add the column 'prediction': the frame has one of this name. Drop it, or set the param"
                        + " that names it to another name.");
        assertThatThrownBy(() -> classifier.fit(frame))
                .message()
                .contains("Cannot use 'name'", "Cannot find the label column", "Cannot find the weight column");
    }

    @Test
    void aModelOfAnotherTaskIsRefusedByName() {
        Dataset<Row> frame = frame(8);

        assertThatThrownBy(() -> small(new MicsClassifier(), 8, 1)
                        .setModel(Gpt.config().layers(1).heads(1).width(4).context(8))
                        .fit(frame))
                .hasMessage(
                        "Cannot train Gpt with a MicsClassifier: io.sparkmics.model.GptConfig is no PredictorConfig."
                                + " Set a model that predicts, for instance Perceptron.classifier(4), or train this one with a"
                                + " MicsEstimator.");
        assertThatThrownBy(() -> small(new MicsEstimator(), 8, 1)
                        .setModel(new LinearClassifier(2, 3))
                        .setInputCol("name")
                        .fit(frame))
                .message()
                .contains(
                        "Cannot train LinearClassifier on a stream of tokens: it reads columns of rows. Train it with a"
                                + " MicsClassifier or a MicsRegressor.");
    }

    @Test
    void aModelOfClassesIsNoRegressionAndTheOtherWayRound() {
        Dataset<Row> frame = frame(8);

        assertThatThrownBy(() -> small(new MicsRegressor(), 8, 1)
                        .setModel(new LinearClassifier(2, 3))
                        .fit(frame))
                .hasMessage(
                        "Cannot train LinearClassifier with a MicsRegressor: it tells classes apart. Train it with a"
                                + " MicsClassifier.");
        assertThatThrownBy(() -> small(new MicsClassifier(), 8, 1)
                        .setModel(Perceptron.regressor(2))
                        .fit(frame))
                .hasMessageStartingWith(
                        "Cannot train Perceptron with a MicsClassifier: it predicts numbers. Train it with a"
                                + " MicsRegressor.");
    }

    @Test
    void moreClassesThanTheModelHasAreRefusedByTheColumnsMetadata() {
        Dataset<Row> frame = new StringIndexer()
                .setInputCol("name")
                .setOutputCol("index")
                .fit(frame(8))
                .transform(frame(8));

        assertThatThrownBy(() -> small(new MicsClassifier(), 8, 1)
                        .setModel(new LinearClassifier(2, 2))
                        .setLabelCol("index")
                        .fit(frame))
                .hasMessage(
                        "Cannot train on column 'index': it has 3 classes, and the model has 2 outputs. Set the model"
                                + " with withOutputs(3), or with 0 to take them from the column.");
    }

    @Test
    void numbersThatNobodyHasIndexedAreNoClasses() {
        Dataset<Row> frame = frame(8).withColumn("label", lit(1e9));

        assertThatThrownBy(() -> small(new MicsClassifier(), 8, 1)
                        .setModel(new LinearClassifier(2, 0))
                        .fit(frame))
                .hasMessageContaining("Cannot count the classes of column 'label': its largest label is 1.0E9");
    }
}

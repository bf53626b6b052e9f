package io.sparkmics;

import static io.sparkmics.PredictorRuns.frame;
import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sequence;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.model.perceptron.Perceptron;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.evaluation.RegressionEvaluator;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.CrossValidatorModel;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.ml.tuning.TrainValidationSplit;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Classifiers and regressors, from a frame to its predictions. */
final class PredictorFitTest {

    @TempDir
    private Path folder;

    private <E extends TrainingEstimator<E, ?>> E small(E estimator, int batch, long steps) {
        return PredictorRuns.small(estimator, batch, steps, folder);
    }

    private static double[][] probabilities(Dataset<Row> scored) {
        return scored.orderBy("id").select("probability").collectAsList().stream()
                .map(row -> row.<Vector>getAs(0).toArray())
                .toArray(double[][]::new);
    }

    /** Full-batch gradient descent of a logistic regression, in plain Java. */
    private static double[][] byHand(List<Row> rows, boolean weighted, int steps) {
        double[][] weight = new double[3][3];
        for (int step = 0; step < steps; step++) {
            double[][] gradient = new double[3][3];
            double total = rows.stream()
                    .mapToDouble(row -> weighted ? row.getInt(2) : 1)
                    .sum();
            for (Row row : rows) {
                double[] softmax = softmax(weight, row);
                for (int c = 0; c < 3; c++) {
                    double error = softmax[c] - (c == row.getDouble(1) ? 1 : 0);
                    for (int i = 0; i < 3; i++) {
                        gradient[c][i] += error * input(row, i) * (weighted ? row.getInt(2) : 1) / total;
                    }
                }
            }
            for (int c = 0; c < 3; c++) {
                for (int i = 0; i < 3; i++) {
                    weight[c][i] -= 0.5 * gradient[c][i];
                }
            }
        }
        return rows.stream().map(row -> softmax(weight, row)).toArray(double[][]::new);
    }

    private static double input(Row row, int index) {
        return index == 2 ? 1 : row.<Vector>getAs(0).apply(index);
    }

    private static double[] softmax(double[][] weight, Row row) {
        double[] powers = new double[3];
        double sum = 0;
        for (int c = 0; c < 3; c++) {
            double logit = 0;
            for (int i = 0; i < 3; i++) {
                logit += weight[c][i] * input(row, i);
            }
            powers[c] = Math.exp(logit);
            sum += powers[c];
        }
        for (int c = 0; c < 3; c++) {
            powers[c] /= sum;
        }
        return powers;
    }

    private static void assertClose(double[][] actual, double[][] expected) {
        assertThat(actual).hasDimensions(expected.length, 3);
        for (int row = 0; row < expected.length; row++) {
            assertThat(actual[row]).containsExactly(expected[row], within(1e-9));
        }
    }

    @Test
    void aLogisticRegressionIsTheOneThatIsComputedByHand() {
        Dataset<Row> frame = frame(8);
        List<MicsClassificationModel> trained = new ArrayList<>();
        String said = StandardError.during(() -> trained.add(small(new MicsClassifier(), 8, 20)
                .setModel(new LinearClassifier(2, 0))
                .fit(frame)));
        MicsClassificationModel model = trained.get(0);

        Dataset<Row> scored = model.transform(frame);

        assertThat(said)
                .contains(": 20 steps of 8 rows, on 2 CPU ranks", " rows/s  ")
                .doesNotContain("token");
        assertThat(scored.schema()).isEqualTo(model.transformSchema(frame.schema()));
        assertThat(scored.columns()).endsWith("rawPrediction", "probability", "prediction");
        // Nobody has said how many classes there are: the labels have.
        assertThat(model.numClasses()).isEqualTo(3);
        double[][] expected = byHand(frame.orderBy("id").collectAsList(), false, 20);
        assertClose(probabilities(scored), expected);
        for (Row row :
                scored.select("rawPrediction", "probability", "prediction").collectAsList()) {
            Vector logits = row.getAs(0);
            assertThat(row.getDouble(2)).isEqualTo(logits.argmax());
            assertThat(row.<Vector>getAs(1).argmax()).isEqualTo(logits.argmax());
        }
        assertThat(model.summary().finalLoss()).isLessThan(model.summary().firstLoss());
    }

    @Test
    void aRowWithAWeightCountsAsOftenAsItWouldDuplicated() {
        Dataset<Row> frame = frame(8);
        Dataset<Row> duplicated = frame.withColumn("copy", explode(sequence(lit(1), col("weight"))))
                .drop("copy");

        MicsClassifier weighted = small(new MicsClassifier(), 8, 20)
                .setModel(new LinearClassifier(2, 3))
                .setWeightCol("weight");
        MicsClassifier plain = small(new MicsClassifier(), 12, 20).setModel(new LinearClassifier(2, 3));

        double[][] byWeight = probabilities(weighted.fit(frame).transform(frame));
        assertClose(byWeight, probabilities(plain.fit(duplicated).transform(frame)));
        assertClose(byWeight, byHand(frame.orderBy("id").collectAsList(), true, 20));
    }

    @Test
    void inAPipelineTheIndexedClassesAreTheModelsAndAllOfItIsSavedAndLoaded() throws IOException {
        Dataset<Row> frame = frame(60)
                .withColumn(
                        "first",
                        org.apache
                                .spark
                                .ml
                                .functions
                                .vector_to_array(col("features"), "float64")
                                .getItem(0))
                .drop("features", "label")
                .withColumn("second", col("id").mod(7));
        MicsClassifier classifier = small(new MicsClassifier(), 20, 60)
                .setModel(Perceptron.classifier(2).hidden(8))
                .setLabelCol("index")
                .setPrecision("float32");
        Pipeline pipeline = new Pipeline().setStages(new PipelineStage[] {
            new StringIndexer().setInputCol("name").setOutputCol("index"),
            new VectorAssembler().setInputCols(new String[] {"first", "second"}).setOutputCol("features"),
            classifier
        });
        String saved = folder.resolve("pipeline").toString();
        pipeline.write().overwrite().save(saved);

        PipelineModel model = Pipeline.load(saved).fit(frame);
        model.write().overwrite().save(folder.resolve("model").toString());
        PipelineModel loaded = PipelineModel.load(folder.resolve("model").toString());

        Dataset<Row> scored = loaded.transform(frame);
        double accuracy = new MulticlassClassificationEvaluator()
                .setLabelCol("index")
                .setMetricName("accuracy")
                .evaluate(scored);
        assertThat(accuracy).isGreaterThan(0.9);
        assertThat(probabilities(scored)).isDeepEqualTo(probabilities(model.transform(frame)));
        assertThat(((MicsClassificationModel) loaded.stages()[2]).numClasses()).isEqualTo(3);
    }

    @Test
    void crossValidationFindsTheRateThatLearns() {
        Dataset<Row> frame = frame(60);
        MicsClassifier classifier = small(new MicsClassifier(), 20, 20).setModel(new LinearClassifier(2, 3));
        ParamMap[] grid = new ParamGridBuilder()
                .addGrid(classifier.learningRate(), new double[] {1e-9, 0.5})
                .build();

        CrossValidatorModel validated = new CrossValidator()
                .setEstimator(classifier)
                .setEvaluator(new MulticlassClassificationEvaluator().setMetricName("logLoss"))
                .setEstimatorParamMaps(grid)
                .setNumFolds(2)
                .setSeed(1)
                .fit(frame);

        // Weights of zero: all classes are equally likely.
        assertThat(validated.avgMetrics()[0]).isCloseTo(Math.log(3), within(1e-6));
        assertThat(validated.avgMetrics()[1]).isLessThan(0.7);
    }

    @Test
    void aRegressorFindsTheLineAndIsSplitAndEvaluatedBySparksOwn() {
        Dataset<Row> frame = frame(40)
                .withColumn("label", col("id").divide(10).minus(2).cast(DataTypes.FloatType))
                .withColumn("numbers", array(col("label"), lit(1f)));
        MicsRegressor regressor = small(new MicsRegressor(), 20, 100)
                .setModel(Perceptron.regressor(2))
                .setFeaturesCol("numbers")
                .setLearningRate(0.1);

        var split = new TrainValidationSplit()
                .setEstimator(regressor)
                .setEvaluator(new RegressionEvaluator().setMetricName("rmse"))
                .setEstimatorParamMaps(new ParamGridBuilder().build())
                .setTrainRatio(0.75)
                .setSeed(1)
                .fit(frame);

        assertThat(split.validationMetrics()[0]).isLessThan(1e-3);
        assertThat(((MicsRegressionModel) split.bestModel()).transform(frame).columns())
                .endsWith("prediction")
                .doesNotContain("probability");
    }

    /** A model that tells what it has read: of each row, wherever it was computed. */
    @Test
    void rowsOfAllLengthsKeepTheirPredictionsAndTheirOrder() {
        Dataset<Row> frame = LocalSpark.session()
                .range(0, 150, 1, 1)
                .selectExpr(
                        "id",
                        "repeat('a', cast(id * 7 % 9 as int)) as text",
                        "array(id, 0.5) as measured",
                        "id as age",
                        "0 as kind",
                        "1.0 as label");
        MicsRegressor regressor = small(new MicsRegressor(), 4, 1)
                .setModel(new EchoRegressor(8, 2))
                .setLearningRate(1e-300)
                .setTextCol("text")
                .setFeaturesCol("measured")
                .setBatchSize(3)
                .setOutputCols(new String[] {"tokens", "length", "sum", "both"});

        Dataset<Row> scored = regressor.fit(frame.limit(4)).transform(frame);

        assertThat(scored.select("id", "length", "sum").collectAsList())
                .containsExactlyElementsOf(LongStream.range(0, 150)
                        .mapToObj(id -> RowFactory.create(id, id * 7 % 9 == 0 ? 0.0 : id * 7.0 % 9, id + 0.5))
                        .toList());
        assertThatThrownBy(() -> regressor.setBatchSize(0)).hasMessageContaining("batchSize");
    }

    @Test
    void severalColumnsOfAllKindsReachTheModelAsTheyAre() {
        Dataset<Row> frame = LocalSpark.session()
                .sql(
                        "select id, text, array(id, 0.5) as measured, id * 2 as age, cast(id % 3 as int) as kind, 1.0 as label"
                                + " from values (0, 'ab'), (1, ''), (2, 'hé, longer than eight') as rows(id, text)")
                .repartition(2);
        MicsRegressor regressor = small(new MicsRegressor(), 2, 1)
                .setModel(new EchoRegressor(8, 2))
                .setLearningRate(1e-300)
                .setMicroBatchSize(1)
                .setTextCol("text")
                .setFeaturesCol("measured")
                .setOutputCols(new String[] {"tokens", "length", "sum", "both"});

        Dataset<Row> scored = regressor.fit(frame).transform(frame);

        assertThat(scored.schema()).isEqualTo(regressor.transformSchema(frame.schema()));
        assertThat(scored.orderBy("id")
                        .select("tokens", "length", "sum", "both", "prediction")
                        .collectAsList())
                .containsExactly(
                        RowFactory.create('a' + 'b' + 0.0, 2.0, 0.5, 0.0, 'a' + 'b' + 0.0),
                        RowFactory.create(0.0, 0.0, 1.5, 2 + 1.0, 0.0),
                        RowFactory.create(
                                'h' + 0xC3 + 0xA9 + ',' + ' ' + 'l' + 'o' + 'n' + 0.0,
                                8.0,
                                2.5,
                                4 + 2.0,
                                'h' + 0xC3 + 0xA9 + ',' + ' ' + 'l' + 'o' + 'n' + 0.0));
        assertThatThrownBy(() -> regressor.setOutputCols(new String[] {"one"}).transformSchema(frame.schema()))
                .hasMessage("Cannot add the columns [one]: the model predicts 4 numbers. Set outputCols to a column for"
                        + " each.");
    }
}

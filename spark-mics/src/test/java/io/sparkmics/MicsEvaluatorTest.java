package io.sparkmics;

import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.CrossValidatorModel;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.ml.tuning.TrainValidationSplit;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("cluster")
class MicsEvaluatorTest {

    private static final String SCORED = "loss DOUBLE, tokenCount BIGINT";

    @TempDir
    Path folder;

    private final MicsEvaluator evaluator = new MicsEvaluator();

    private static Dataset<Row> scored(String schema, Row... rows) {
        return LocalSpark.session().createDataFrame(List.of(rows), StructType.fromDDL(schema));
    }

    @Test
    void aRowCountsAsOftenAsItHasPredictedTokens() {
        Dataset<Row> frame = scored(
                SCORED,
                RowFactory.create(1.0, 30L),
                RowFactory.create(null, 0L),
                RowFactory.create(null, 5L),
                RowFactory.create(5.0, 10L));

        assertThat(evaluator.evaluate(frame)).isEqualTo(Math.exp(2));
        assertThat(evaluator.setMetricName("loss").evaluate(frame)).isEqualTo(2);
        assertThat(evaluator.isLargerBetter()).isFalse();
    }

    @Test
    void otherColumnsAreReadWhereTheyAreNamed() {
        Dataset<Row> frame = scored("`a.b` FLOAT, n INT, N2 INT", RowFactory.create(1.5f, 4, 1));

        assertThat(evaluator.setLossCol("a.b").setTokenCountCol("n").evaluate(frame))
                .isEqualTo(Math.exp(1.5));
    }

    @Test
    void aLossThatIsNoNumberMakesNoMetric() {
        Dataset<Row> frame = scored(SCORED, RowFactory.create(1.0, 3L), RowFactory.create(Double.NaN, 3L));

        assertThat(evaluator.evaluate(frame)).isNaN();
    }

    @Test
    void whatCannotBeEvaluatedIsRefused() {
        String none = "Cannot evaluate column 'loss': no row has a predicted token. Score rows of two tokens or more.";
        assertThatThrownBy(() -> evaluator.evaluate(scored(SCORED)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(none);
        assertThatThrownBy(() -> evaluator.evaluate(scored(SCORED, RowFactory.create(null, 0L))))
                .hasMessage(none);
        assertThatThrownBy(() -> evaluator.evaluate(scored("loss STRING, id INT")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot use 'loss' as the loss column: its type is string. It must be a number.\n"
                        + "Cannot find the token count column 'tokenCount': the columns are loss, id.");
        Dataset<Row> stream = LocalSpark.session()
                .readStream()
                .format("rate")
                .load()
                .selectExpr("1.0 as loss", "value as tokenCount");
        assertThatThrownBy(() -> evaluator.evaluate(stream))
                .hasMessage("Cannot evaluate a stream: it has no end. Write it out and evaluate that.");
        assertThatThrownBy(() -> evaluator.setMetricName("accuracy"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("accuracy");
    }

    @Test
    void aSavedEvaluatorIsLoadedWithAllItsParams() throws IOException {
        LocalSpark.session();
        evaluator
                .setMetricName("loss")
                .setLossCol("l")
                .setTokenCountCol("n")
                .save(folder.resolve("e").toString());

        MicsEvaluator loaded = MicsEvaluator.load(folder.resolve("e").toString());

        assertThat(loaded.uid()).isEqualTo(evaluator.uid());
        assertThat(loaded).hasToString("MicsEvaluator: uid=" + evaluator.uid() + ", metricName=loss");
        assertThat(loaded.explainParams()).isEqualTo(evaluator.explainParams());
        assertThat(loaded.copy(ParamMap.empty()).getMetricName()).isEqualTo("loss");
    }

    @Test
    void sparkConnectFindsIt() {
        assertThat(ServiceLoader.load(Evaluator.class).stream().map(ServiceLoader.Provider::type))
                .contains(MicsEvaluator.class);
    }

    @Test
    void aCrossValidatorChoosesTheLearningRateThatLearns() throws IOException {
        MicsEstimator estimator = TrainedModel.estimator().setMaxSteps(5).setCheckCollectives(false);
        ParamMap[] rates = new ParamGridBuilder()
                .addGrid(estimator.learningRate(), new double[] {1e-9, 1e-2})
                .build();
        CrossValidatorModel chosen = new CrossValidator()
                .setEstimator(estimator)
                .setEvaluator(evaluator)
                .setEstimatorParamMaps(rates)
                .setNumFolds(2)
                .fit(TrainedModel.frame());
        String path = folder.resolve("chosen").toString();
        chosen.write().save(path);

        CrossValidatorModel loaded = CrossValidatorModel.load(path);

        assertThat(chosen.avgMetrics()[0]).isCloseTo(257, within(15.0));
        assertThat(chosen.avgMetrics()[1]).isBetween(1.0, 200.0);
        Dataset<Row> scored = loaded.transform(TrainedModel.frame());
        assertThat(loaded.getEvaluator().evaluate(scored)).isBetween(1.0, 200.0);
        assertThat(scored.filter(expr("loss is null")).count()).isZero();
    }

    @Test
    void aTrainValidationSplitNeedsNoTrickEither() {
        MicsEstimator estimator = TrainedModel.estimator().setMaxSteps(1).setCheckCollectives(false);
        double[] metrics = new TrainValidationSplit()
                .setEstimator(estimator)
                .setEvaluator(evaluator.setMetricName("loss"))
                .setEstimatorParamMaps(new ParamMap[] {ParamMap.empty()})
                .setTrainRatio(0.8)
                .fit(TrainedModel.frame())
                .validationMetrics();

        assertThat(metrics).hasSize(1);
        assertThat(metrics[0]).isCloseTo(Math.log(257), within(0.5));
    }
}

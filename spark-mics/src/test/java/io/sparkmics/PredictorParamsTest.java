package io.sparkmics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.sparkmics.model.perceptron.Perceptron;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The params of classifier and regressor, and of what they make. */
final class PredictorParamsTest {

    @TempDir
    private Path folder;

    static Stream<Arguments> params() {
        return Stream.of(
                        new MicsClassifier(),
                        new MicsClassificationModel(),
                        new MicsRegressor(),
                        new MicsRegressionModel())
                .flatMap(stage -> Arrays.stream(stage.params()).map(param -> arguments(stage, param)));
    }

    @ParameterizedTest
    @MethodSource("params")
    void everyParamHasAMethodASetterAndAGetterOfItsName(PipelineStage stage, Param<?> param)
            throws ReflectiveOperationException {
        String suffix = param.name().substring(0, 1).toUpperCase(Locale.ROOT)
                + param.name().substring(1);
        Method getter = stage.getClass().getMethod("get" + suffix);
        Method setter = stage.getClass().getMethod("set" + suffix, getter.getReturnType());
        Object value = another(param.name(), getter.getReturnType());

        assertThat(setter.invoke(stage, value)).isSameAs(stage);

        assertThat(getter.invoke(stage)).isEqualTo(value);
        assertThat(stage.getClass().getMethod(param.name()).invoke(stage)).isEqualTo(stage.getParam(param.name()));
    }

    private static Object another(String name, Class<?> type) {
        return switch (name) {
            case "model" -> Perceptron.classifier(3);
            case "optimizer" -> "sgd";
            case "gather" -> "flat";
            case "deviceType" -> "cuda";
            case "precision" -> "float64";
            case "maxShardSize" -> "2GiB";
            case "reductionPrecision", "replicationPrecision" -> "bfloat16";
            default ->
                Map.of(
                                int.class,
                                7,
                                long.class,
                                7L,
                                double.class,
                                0.5,
                                boolean.class,
                                true,
                                String.class,
                                "other",
                                String[].class,
                                new String[] {"one", "two"})
                        .get(type);
        };
    }

    @Test
    void theModelsCarryTheParamsOfScoringOnly() {
        assertThat(new MicsClassificationModel().params())
                .extracting(Param::name)
                .containsExactly(
                        "batchSize",
                        "featuresCol",
                        "featuresCols",
                        "model",
                        "predictionCol",
                        "probabilityCol",
                        "rawPredictionCol",
                        "textCol");
        assertThat(new MicsRegressionModel().params())
                .extracting(Param::name)
                .containsExactly(
                        "batchSize", "featuresCol", "featuresCols", "model", "outputCols", "predictionCol", "textCol");
    }

    @Test
    void whatIsSavedIsLoaded() throws IOException {
        LocalSpark.session();
        MicsClassifier classifier = new MicsClassifier()
                .setModel(Perceptron.classifier(3).hidden(4, 5).dropout(0.1))
                .setFeaturesCols(new String[] {"measured"})
                .setWeightCol("weight");
        classifier.write().overwrite().save(folder.toString());

        MicsClassifier loaded = MicsClassifier.load(folder.toString());

        assertThat(loaded.uid()).isEqualTo(classifier.uid());
        assertThat(loaded.getModel()).isEqualTo(classifier.getModel());
        assertThat(loaded.getFeaturesCols()).containsExactly("measured");
        assertThat(loaded.getWeightCol()).isEqualTo("weight");
        assertThat(loaded.copy(new ParamMap().put(loaded.learningRate(), 1.0)).getLearningRate())
                .isEqualTo(1);
    }

    @Test
    void sparkConnectFindsThem() {
        assertThat(ServiceLoader.load(Estimator.class).stream().map(ServiceLoader.Provider::type))
                .contains(MicsClassifier.class, MicsRegressor.class);
        assertThat(ServiceLoader.load(Transformer.class).stream().map(ServiceLoader.Provider::type))
                .contains(MicsClassificationModel.class, MicsRegressionModel.class);
    }
}

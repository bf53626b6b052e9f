package io.sparkmics;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.model.Gpt;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class MicsEstimatorParamsTest {

    private static final Map<String, Object> DEFAULTS = Map.ofEntries(
            entry("inputCol", "text"),
            entry("lossCol", "loss"),
            entry("tokenCountCol", "tokenCount"),
            entry("batchSize", 16),
            entry("numWorkers", 1),
            entry("partitionGroupSize", 0),
            entry("globalBatchSize", 32),
            entry("microBatchSize", 4),
            entry("maxSteps", 0L),
            entry("maxEpochs", 0.0),
            entry("validationIndicatorCol", ""),
            entry("endOfTextId", -1),
            entry("evaluateEvery", 0L),
            entry("seed", 42L),
            entry("optimizer", "adamw"),
            entry("learningRate", 6e-4),
            entry("warmUpSteps", 10L),
            entry("minimumLearningRateRatio", 0.1),
            entry("weightDecay", 0.1),
            entry("beta1", 0.9),
            entry("beta2", 0.95),
            entry("epsilon", 1e-8),
            entry("gradientClipping", 1.0),
            entry("gather", "auto"),
            entry("deviceType", "auto"),
            entry("precision", "float32"),
            entry("reductionPrecision", "float32"),
            entry("workDirectory", ""),
            entry("sharedWorkDirectory", false),
            entry("slotTimeout", 60),
            entry("collectiveTimeout", 120),
            entry("acceptPlainTextCollectives", false),
            entry("checkCollectives", false));

    private final MicsEstimator estimator = new MicsEstimator();

    @Test
    void everyParamButTheModelHasItsDefault() {
        Map<String, Object> defaults = Arrays.stream(estimator.params())
                .filter(estimator::hasDefault)
                .collect(Collectors.toMap(
                        Param::name, param -> estimator.getDefault(param).get()));

        assertThat(defaults).isEqualTo(DEFAULTS);
        assertThat(estimator.params()).hasSize(DEFAULTS.size() + 1);
        assertThat(estimator.isDefined(estimator.model())).isFalse();
    }

    static Stream<Param<?>> params() {
        return Arrays.stream(new MicsEstimator().params());
    }

    @ParameterizedTest
    @MethodSource("params")
    void everyParamHasAMethodASetterAndAGetterOfItsName(Param<?> param) throws ReflectiveOperationException {
        String suffix = param.name().substring(0, 1).toUpperCase(Locale.ROOT)
                + param.name().substring(1);
        Method getter = MicsEstimator.class.getMethod("get" + suffix);
        Method setter = MicsEstimator.class.getMethod("set" + suffix, getter.getReturnType());
        Object value = another(param.name(), getter.getReturnType());

        assertThat(setter.invoke(estimator, value)).isSameAs(estimator);

        assertThat(getter.invoke(estimator)).isEqualTo(value);
        assertThat(MicsEstimator.class.getMethod(param.name()).invoke(estimator))
                .isEqualTo(estimator.getParam(param.name()));
        assertThat(estimator.explainParam(estimator.getParam(param.name()))).contains(param.doc(), "current: ");
    }

    private static Object another(String name, Class<?> type) {
        return switch (name) {
            case "model" -> Gpt.config().layers(2).dropout(0.25);
            case "optimizer" -> "sgd";
            case "gather" -> "flat";
            case "deviceType" -> "cuda";
            case "precision" -> "float64";
            case "reductionPrecision" -> "bfloat16";
            default ->
                Map.of(int.class, 7, long.class, 7L, double.class, 0.5, boolean.class, true, String.class, "other")
                        .get(type);
        };
    }

    @ParameterizedTest
    @CsvSource({
        "numWorkers, 0",
        "partitionGroupSize, -1",
        "globalBatchSize, 0",
        "microBatchSize, 0",
        "batchSize, 0",
        "endOfTextId, -2",
        "slotTimeout, 0",
        "collectiveTimeout, 0"
    })
    void aWholeNumberOutOfRangeIsRefusedByName(String name, int value) {
        assertThatThrownBy(() -> estimator.set(name, value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("parameter " + name + " given invalid value " + value);
    }

    @ParameterizedTest
    @CsvSource({
        "learningRate, 0",
        "maxEpochs, -0.5",
        "minimumLearningRateRatio, 1.1",
        "weightDecay, -0.1",
        "beta1, 1",
        "beta2, -0.1",
        "epsilon, 0",
        "gradientClipping, -1"
    })
    void aFractionOutOfRangeIsRefusedByName(String name, double value) {
        assertThatThrownBy(() -> estimator.set(name, value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("parameter " + name + " given invalid value " + value);
    }

    @ParameterizedTest
    @CsvSource({
        "optimizer, adam",
        "gather, ring",
        "deviceType, tpu",
        "precision, float16",
        "reductionPrecision, float64"
    })
    void anUnknownChoiceIsRefusedByName(String name, String value) {
        assertThatThrownBy(() -> estimator.set(name, value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("parameter " + name + " given invalid value " + value);
    }

    @Test
    void aCopyKeepsTheUidAndTakesTheExtraValues() {
        estimator.setNumWorkers(4).setModel(Gpt.config());

        MicsEstimator copy = estimator.copy(new ParamMap().put(estimator.numWorkers(), 8));

        assertThat(copy.uid()).isEqualTo(estimator.uid());
        assertThat(copy.getNumWorkers()).isEqualTo(8);
        assertThat(copy.getModel()).isEqualTo(Gpt.config());
        assertThat(estimator.getNumWorkers()).isEqualTo(4);
    }

    @Test
    void theModelCarriesTheParamsOfScoringOnly() {
        assertThat(new MicsModel().params())
                .extracting(Param::name)
                .containsExactly("batchSize", "inputCol", "lossCol", "model", "tokenCountCol");
    }

    @Test
    void sparkConnectFindsBoth() {
        assertThat(ServiceLoader.load(Estimator.class).stream().map(ServiceLoader.Provider::type))
                .contains(MicsEstimator.class);
        assertThat(ServiceLoader.load(Transformer.class).stream().map(ServiceLoader.Provider::type))
                .contains(MicsModel.class);
    }

    @Test
    void withoutAnEndTheRunIsOneEpoch() {
        estimator.setModel(Gpt.config());

        assertThat(estimator.settings().maxEpochs()).isEqualTo(1);
        assertThat(estimator.setMaxSteps(5).settings().maxEpochs()).isZero();
        assertThat(estimator.settings().problems()).isEmpty();
    }

    @Test
    void withoutAModelThereIsNothingToTrain() {
        assertThatThrownBy(estimator::settings)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Cannot tell which model to train: none is set. "
                        + "Call setModel, for instance with Gpt.config().");
    }
}

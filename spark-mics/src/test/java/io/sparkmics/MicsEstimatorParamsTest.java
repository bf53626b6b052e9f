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
            entry("initialModel", ""),
            entry("loraRank", 0),
            entry("loraAlpha", 16.0),
            entry("loraDropout", 0.0),
            entry("loraTargets", ""),
            entry("initialAdapter", ""),
            entry("numWorkers", 1),
            entry("partitionGroupSize", 0),
            entry("globalBatchSize", 32),
            entry("microBatchSize", 4),
            entry("maxSteps", 0L),
            entry("maxEpochs", 0.0),
            entry("validationIndicatorCol", ""),
            entry("promptCol", ""),
            entry("responseCol", ""),
            entry("endOfTextId", -1),
            entry("separateDocuments", false),
            entry("evaluateEvery", 0L),
            entry("seed", 42L),
            entry("earlyStoppingPatience", 0),
            entry("earlyStoppingMinDelta", 0.0),
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
            entry("gathersAhead", 1),
            entry("deviceType", "auto"),
            entry("precision", "auto"),
            entry("reductionPrecision", "float32"),
            entry("replicationPrecision", "float32"),
            entry("activationCheckpointing", 0),
            entry("workDirectory", ""),
            entry("sharedWorkDirectory", false),
            entry("maxShardSize", "5GB"),
            entry("slotTimeout", 60),
            entry("collectiveTimeout", 120),
            entry("acceptPlainTextCollectives", false),
            entry("checkCollectives", false),
            entry("checkpointInterval", -1L),
            entry("checkpointDirectory", ""),
            entry("keepCheckpoints", 2),
            entry("keepEverySteps", 0L),
            entry("resumeFrom", ""),
            entry("maxRestarts", 3),
            entry("elasticWorkers", false),
            entry("stopWhen", ""));

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
            case "maxShardSize" -> "2GiB";
            case "reductionPrecision", "replicationPrecision" -> "bfloat16";
            default ->
                Map.of(int.class, 7, long.class, 7L, double.class, 0.5, boolean.class, true, String.class, "other")
                        .get(type);
        };
    }

    @ParameterizedTest
    @CsvSource({
        "numWorkers, 0, 1 or more",
        "partitionGroupSize, -1, 0 or more",
        "globalBatchSize, 0, 1 or more",
        "microBatchSize, 0, 1 or more",
        "batchSize, 0, 1 or more",
        "endOfTextId, -3, -2 or more",
        "keepCheckpoints, 0, 1 or more",
        "activationCheckpointing, -1, 0 or more",
        "gathersAhead, 0, 1 or more",
        "maxRestarts, -1, 0 or more",
        "earlyStoppingPatience, -1, 0 or more",
        "slotTimeout, 0, 1 or more",
        "collectiveTimeout, 0, 1 or more"
    })
    void aWholeNumberOutOfRangeIsRefusedWithWhatIsAllowed(String name, int value, String allowed) {
        assertRefused(name, value, allowed);
    }

    @ParameterizedTest
    @CsvSource({
        "checkpointInterval, 0, '1 or more, or -1'",
        "checkpointInterval, -2, '1 or more, or -1'",
        "keepEverySteps, -1, 0 or more"
    })
    void aNumberOfStepsOutOfRangeIsRefusedWithWhatIsAllowed(String name, long value, String allowed) {
        assertRefused(name, value, allowed);
    }

    /** Where its memory is planned as well. */
    @Test
    void gathersAheadReachTheEngine() {
        estimator.setModel(Gpt.config()).setGathersAhead(3);

        assertThat(estimator.settings().engineSettings().overlap().gathersAhead())
                .isEqualTo(3);
        assertThat(estimator.settings().memoryModel().bytesPerRank(2))
                .isGreaterThan(
                        estimator.setGathersAhead(1).settings().memoryModel().bytesPerRank(2));
    }

    @Test
    void checkpointsCanBeTurnedOffAgain() {
        estimator.setCheckpointInterval(10).setCheckpointInterval(-1);

        assertThat(estimator.getCheckpointInterval()).isEqualTo(-1);
        assertThat(estimator.setModel(Gpt.config()).settings().checkpoint().writes())
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "learningRate, 0, more than 0",
        "learningRate, NaN, more than 0",
        "maxEpochs, -0.5, 0 or more",
        "minimumLearningRateRatio, 1.1, from 0 to 1",
        "weightDecay, -0.1, 0 or more",
        "beta1, 1, 'from 0 to 1, 1 excluded'",
        "beta2, -0.1, 'from 0 to 1, 1 excluded'",
        "epsilon, 0, more than 0",
        "gradientClipping, -1, 0 or more"
    })
    void aFractionOutOfRangeIsRefusedWithWhatIsAllowed(String name, double value, String allowed) {
        assertRefused(name, value, allowed);
    }

    @ParameterizedTest
    @CsvSource({
        "gather, ring, 'one of auto, flat, hierarchical'",
        "maxShardSize, 5G, 'a size as 5GB, 500MB or 2GiB'",
        "maxShardSize, 0GB, 'a size as 5GB, 500MB or 2GiB'",
        "deviceType, tpu, 'one of auto, cpu, cuda'",
        "precision, float16, 'one of auto, float32, float64, bfloat16'",
        "reductionPrecision, float64, 'one of float32, bfloat16'",
        "replicationPrecision, float64, 'one of float32, bfloat16'"
    })
    void anUnknownChoiceIsRefusedWithTheChoices(String name, String value, String allowed) {
        assertRefused(name, value, allowed);
    }

    private void assertRefused(String name, Object value, String allowed) {
        assertThatThrownBy(() -> estimator.set(name, value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot set " + name + " to " + value + ": it must be " + allowed + ".");
    }

    @Test
    void nothingIsNoChoice() {
        assertRefused("precision", null, "one of auto, float32, float64, bfloat16");
    }

    @Test
    void aChoiceByAnotherNameIsRefusedWithOurs() {
        assertThatThrownBy(() -> estimator.setPrecision("bf16"))
                .hasMessage("Cannot set precision to bf16: it must be one of auto, float32, float64, bfloat16."
                        + " Did you mean bfloat16?");
        assertThatThrownBy(() -> new ParamMap().put(estimator.optimizer(), "Adam"))
                .hasMessageEndingWith("it must be one of adamw, sgd. Did you mean adamw?");
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
                .containsExactly(
                        "batchSize",
                        "endOfTextId",
                        "inputCol",
                        "lossCol",
                        "model",
                        "promptCol",
                        "responseCol",
                        "tokenCountCol");
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

        assertThat(estimator.settings().schedule().maxEpochs()).isEqualTo(1);
        assertThat(estimator.setMaxSteps(5).settings().schedule().maxEpochs()).isZero();
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

package io.sparkmics.job.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.data.RowColumn;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.InputColumn;
import io.sparkmics.model.perceptron.Perceptron;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainingSettingsTest {

    private static final GptConfig MODEL = Gpt.config().layers(1).heads(1).width(4);

    @Test
    void goodSettingsHaveNoProblems() {
        assertThat(GoodSettings.of(MODEL).build().problems()).isEmpty();
        assertThat(GoodSettings.of(MODEL)
                        .with(new WorldSettings(4, 0, 32, 4))
                        .with(optimization("sgd", 1e-3))
                        .build()
                        .problems())
                .isEmpty();
    }

    @Test
    void precisionFollowsTheDeviceUnlessItWasChosen() {
        TrainingSettings automatic = GoodSettings.of(MODEL)
                .with(new ComputeSettings("auto", "auto", "float32", "float32", 0))
                .build();

        assertThat(automatic.problems()).isEmpty();
        assertThat(automatic.on(true).compute().precision()).isEqualTo("bfloat16");
        assertThat(automatic.on(false).compute().precision()).isEqualTo("float32");
        assertThat(automatic.choices(true)).hasValue("precision auto chose bfloat16: ranks compute on GPUs");
        assertThat(automatic.choices(false)).hasValue("precision auto chose float32: ranks compute on CPUs");
        assertThat(automatic.on(true).compute().stateType())
                .as("what is kept does not depend on it")
                .isEqualTo(automatic.compute().stateType())
                .isEqualTo(automatic.on(false).compute().stateType());
        TrainingSettings chosen = GoodSettings.of(MODEL)
                .with(new ComputeSettings("auto", "float64", "float32", "float32", 0))
                .build();
        assertThat(chosen.on(true)).isEqualTo(chosen);
        assertThat(chosen.choices(true)).isEmpty();
    }

    @Test
    void everythingThatIsWrongIsSaidAtOnce() {
        TrainingSettings wrong = GoodSettings.of(MODEL)
                .with(new InputSettings(" ", "", InputSettings.NO_END_OF_TEXT, false))
                .with(new WorldSettings(6, 4, 32, 4))
                .with(new ScheduleSettings(-1, 0, -2, 1))
                .with(new EarlyStoppingSettings(-3, -0.5))
                .with(optimization("adam", 0))
                .with(new ComputeSettings("gpu", "float16", "float64", "float64", -1))
                .with(new CollectiveSettings("ring", 0, false, false))
                .with(new CheckpointSettings(0, "", 2, 0, ""))
                .with(new RecoverySettings(3, false, Duration.ZERO, Duration.ofSeconds(10), ""))
                .build();

        assertThat(wrong.problems())
                .containsExactly(
                        "Cannot read the rows: inputCol is empty. Name the column of text or token ids.",
                        "Cannot split 6 workers into partition groups of 4: 6 is not a multiple of it. "
                                + "Set partitionGroupSize to one of 1, 2, 3, 6, or to 0 for the one that fits with the shortest predicted step.",
                        "Cannot split a global batch of 32 sequences: it is not a multiple of micro-batch size 4 x world "
                                + "size 6 = 24. Set the global batch size to 24 or 48.",
                        "Cannot train for -1 steps: maxSteps is negative. Set a positive number, or 0 for no limit.",
                        "Cannot evaluate every -2 steps: evaluateEvery is negative. Set a positive number, or 0 to"
                                + " evaluate at the end only.",
                        "Cannot use earlyStoppingPatience -3.0: it is not a finite number from 0. Set 0 or a positive"
                                + " number.",
                        "Cannot use earlyStoppingMinDelta -0.5: it is not a finite number from 0. Set 0 or a positive"
                                + " number.",
                        "Cannot use learningRate 0.0: it is not a positive number. Set a positive, finite number.",
                        "Cannot use optimizer adam: there is no such optimizer. Set one of adamw, sgd.",
                        "Cannot use deviceType gpu: there is no such deviceType. Set one of auto, cpu, cuda.",
                        "Cannot use precision float16: there is no such precision. Set one of auto, float32,"
                                + " float64, bfloat16.",
                        "Cannot use reductionPrecision float64: there is no such reductionPrecision. Set one of"
                                + " float32, bfloat16.",
                        "Cannot use replicationPrecision float64: there is no such replicationPrecision. Set one of"
                                + " float32, bfloat16.",
                        "Cannot use activationCheckpointing -1.0: it is not a finite number from 0. Set 0 or a"
                                + " positive number.",
                        "Cannot use gather ring: there is no such gather. Set one of auto, flat, hierarchical.",
                        "Cannot gather units 0 stages ahead: the next stage's are always on their way. Set gathersAhead to 1"
                                + " or more.",
                        "Cannot write a checkpoint every 0 steps: checkpointInterval is neither positive nor -1."
                                + " Set a positive number, or -1 to write none.",
                        "Cannot use slotTimeout PT0S: no time is left to wait. Set at least one second.");
    }

    @Test
    void aMicroBatchOfRowsThatNoArrayHoldsIsRefusedInTheirWords() {
        InputColumn numbers = InputColumn.vector("numbers", 1 << 20);
        List<RowColumn> rows = List.of(
                new RowColumn("numbers", RowColumn.Role.FEATURES, numbers, 0),
                new RowColumn("label", RowColumn.Role.LABEL, InputColumn.number("label"), 0));

        assertThat(GoodSettings.of(Perceptron.regressor(1 << 20))
                        .with(InputSettings.rows(rows, ""))
                        .with(new WorldSettings(1, 1, 2048, 2048))
                        .build()
                        .problems())
                .containsExactly(
                        "Cannot read micro-batches of 2048 rows of 1048578 values: they are more than the 2147483639"
                                + " that an array holds. Set a smaller microBatchSize or a model that reads less of a row.");
    }

    @Test
    void aMicroBatchThatNoArrayHoldsIsRefused() {
        GptConfig deep = MODEL.context(1 << 20);
        assertThat(GoodSettings.of(deep)
                        .with(new WorldSettings(1, 1, 2048, 2048))
                        .build()
                        .problems())
                .containsExactly("Cannot read micro-batches of 2048 sequences of 1048577 tokens: they are more than the"
                        + " 2147483639 that an array holds. Set a smaller microBatchSize or a model with a smaller"
                        + " context.");
        assertThat(GoodSettings.of(deep)
                        .with(new WorldSettings(1, 1, 2047, 2047))
                        .build()
                        .problems())
                .isEmpty();
    }

    @Test
    void aRunThatNeverEndsIsRefused() {
        assertThat(GoodSettings.of(MODEL)
                        .with(new ScheduleSettings(0, 0, 0, 1))
                        .build()
                        .problems())
                .containsExactly("Cannot plan the run: neither maxSteps nor maxEpochs says where it ends. "
                        + "Set one of them.");
    }

    @Test
    void anEvaluationNeedsRowsThatAreHeldOut() {
        assertThat(GoodSettings.of(MODEL)
                        .with(new ScheduleSettings(10, 0, 5, 1))
                        .build()
                        .problems())
                .containsExactly("Cannot evaluate every 5 steps: no row is held out. Set validationIndicatorCol, or"
                        + " evaluateEvery to 0.");
    }

    @Test
    void settingsTravelToTheExecutors() throws IOException, ClassNotFoundException {
        TrainingSettings settings = GoodSettings.of(MODEL).build();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(settings);
        }

        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(in.readObject()).isEqualTo(settings);
        }
    }

    private static OptimizationSettings optimization(String optimizer, double learningRate) {
        return new OptimizationSettings(optimizer, learningRate, 0, 0.1, 0.1, 0.9, 0.95, 1e-8, 1);
    }
}

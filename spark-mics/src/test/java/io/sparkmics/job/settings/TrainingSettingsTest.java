package io.sparkmics.job.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TrainingSettingsTest {

    private static final GptConfig MODEL = Gpt.config().layers(1).heads(1).width(4);

    @Test
    void goodSettingsHaveNoProblems() {
        assertThat(settings(MODEL, 4, 2, 32, 4, 10, 1e-3, "adamw", "auto", Duration.ofSeconds(1))
                        .problems())
                .isEmpty();
        assertThat(settings(MODEL, 4, 0, 32, 4, 10, 1e-3, "sgd", "auto", Duration.ofSeconds(1))
                        .problems())
                .isEmpty();
    }

    @Test
    void everythingThatIsWrongIsSaidAtOnce() {
        TrainingSettings wrong = settings(MODEL, 6, 4, 32, 4, -1, 0, "adam", "gpu", Duration.ZERO);

        assertThat(wrong.problems())
                .containsExactly(
                        "Cannot split 6 workers into partition groups of 4: 6 is not a multiple of it. "
                                + "Set partitionGroupSize to one of 1, 2, 3, 6, or to 0 for the smallest whose memory fits.",
                        "Cannot split a global batch of 32 sequences: it is not a multiple of micro-batch size 4 x world "
                                + "size 6 = 24. Set the global batch size to 24 or 48.",
                        "Cannot train for -1 steps: maxSteps is negative. Set a positive number, or 0 for no limit.",
                        "Cannot use learningRate 0.0: it is not a positive number. Set a positive, finite number.",
                        "Cannot use optimizer adam: there is no such optimizer. Set one of adamw, sgd.",
                        "Cannot use deviceType gpu: there is no such deviceType. Set one of auto, cpu, cuda.",
                        "Cannot use slotTimeout PT0S: no time is left to wait. Set at least one second.");
    }

    @Test
    void aMicroBatchThatNoArrayHoldsIsRefused() {
        GptConfig deep = MODEL.context(1 << 20);
        assertThat(settings(deep, 1, 1, 2048, 2048, 1, 1e-3, "adamw", "auto", Duration.ofSeconds(1))
                        .problems())
                .containsExactly("Cannot read micro-batches of 2048 sequences of 1048577 tokens: they are more than the"
                        + " 2147483639 that an array holds. Set a smaller microBatchSize or a model with a smaller"
                        + " context.");
        assertThat(settings(deep, 1, 1, 2047, 2047, 1, 1e-3, "adamw", "auto", Duration.ofSeconds(1))
                        .problems())
                .isEmpty();
    }

    @Test
    void aRunThatNeverEndsIsRefused() {
        assertThat(settings(MODEL, 1, 1, 4, 4, 0, 1e-3, "adamw", "auto", Duration.ofSeconds(1))
                        .problems())
                .containsExactly("Cannot plan the run: neither maxSteps nor maxEpochs says where it ends. "
                        + "Set one of them.");
    }

    @Test
    void settingsTravelToTheExecutors() throws IOException, ClassNotFoundException {
        TrainingSettings settings = settings(MODEL, 4, 2, 32, 4, 10, 1e-3, "adamw", "auto", Duration.ofSeconds(1));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(settings);
        }

        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            assertThat(in.readObject()).isEqualTo(settings);
        }
    }

    private static TrainingSettings settings(
            GptConfig model,
            int numWorkers,
            int partitionGroupSize,
            int globalBatchSize,
            int microBatchSize,
            long maxSteps,
            double learningRate,
            String optimizer,
            String deviceType,
            Duration slotTimeout) {
        return new TrainingSettings(
                model,
                "text",
                "",
                TrainingSettings.NO_END_OF_TEXT,
                numWorkers,
                partitionGroupSize,
                globalBatchSize,
                microBatchSize,
                maxSteps,
                0,
                learningRate,
                0,
                0.1,
                0.1,
                0.9,
                0.95,
                1e-8,
                1,
                optimizer,
                "auto",
                0,
                1,
                deviceType,
                "float32",
                "float32",
                "",
                false,
                slotTimeout,
                Duration.ofSeconds(10),
                false,
                false);
    }
}

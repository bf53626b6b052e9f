package io.sparkmics.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class StepMetricsTest {

    private static final StepMetrics STEP = new StepMetrics(3, 200, 2.5, 1e-3, 0.75, 9_800.5, 12_288, null, 1.25);

    @Test
    void aStepIsOneLineOfJson() {
        assertThat(STEP.toJson())
                .isEqualTo("{\"step\":3,\"steps\":200,\"loss\":2.5,\"learningRate\":0.001,\"gradientNorm\":0.75,"
                        + "\"tokensPerSecond\":9800.5,\"tokens\":12288,\"seconds\":1.25}");
    }

    @Test
    void jsonGivesTheSameStepBack() {
        StepMetrics validated = new StepMetrics(3, 200, Math.PI, 1e-300, 0.1, 1 / 3.0, Long.MAX_VALUE, 2.25, 1e9);

        assertThat(StepMetrics.fromJson(STEP.toJson())).isEqualTo(STEP);
        assertThat(StepMetrics.fromJson(validated.toJson())).isEqualTo(validated);
    }

    @Test
    void whatRankZeroHasWaitedForIsToldWhereItWasMeasured() {
        StepMetrics waited = new StepMetrics(
                3, 200, 2.5, 1e-3, 0.75, 9_800.5, 12_288, null, 1.25, new WaitSeconds(0.25, 0.125, 0.5, 0));

        assertThat(waited.toJson())
                .endsWith("\"seconds\":1.25,"
                        + "\"waitSeconds\":{\"gather\":0.25,\"hopOne\":0.125,\"hopTwo\":0.5,\"norm\":0.0}}");
        assertThat(StepMetrics.fromJson(waited.toJson())).isEqualTo(waited);
        assertThat(StepMetrics.fromJson(STEP.toJson()).waitSeconds()).isNull();
    }

    @Test
    void whatIsNotFiniteIsNullAndComesBackAsNaN() {
        StepMetrics lost = new StepMetrics(3, 200, Double.NaN, 1e-3, Double.POSITIVE_INFINITY, 1, 1, Double.NaN, 1);

        assertThat(lost.toJson())
                .isEqualTo(
                        "{\"step\":3,\"steps\":200,\"loss\":null,\"learningRate\":0.001,\"gradientNorm\":null,"
                                + "\"tokensPerSecond\":1.0,\"tokens\":1,\"validationLoss\":null,\"seconds\":1.0,\"skipped\":true}");
        assertThat(StepMetrics.fromJson(lost.toJson()))
                .isEqualTo(new StepMetrics(3, 200, Double.NaN, 1e-3, Double.NaN, 1, 1, Double.NaN, 1));
    }

    @Test
    void aStepBeyondTheLastIsRefused() {
        assertThatThrownBy(() -> new StepMetrics(201, 200, 1, 1, 1, 1, 1, null, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot report step 201 of 200: steps count from 1 to their total.");
    }

    @Test
    void nullOrNothingWhereANumberMustBeIsRefused() {
        for (String field : List.of("\"learningRate\":0.001", "\"tokens\":12288", "\"seconds\":1.25")) {
            String missing = STEP.toJson().replace(field, field.replaceFirst(":.*", ":null"));
            assertThatThrownBy(() -> StepMetrics.fromJson(missing))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("Cannot read the metrics of a step: ");
        }
        for (String field : List.of("\"loss\":2.5,", "\"gradientNorm\":0.75,", "\"tokens\":12288,")) {
            String missing = STEP.toJson().replace(field, "");
            assertThatThrownBy(() -> StepMetrics.fromJson(missing))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("Cannot read the metrics of a step: ");
        }
    }

    @Test
    void aLineOfSomethingElseIsRefused() {
        assertThatThrownBy(() -> StepMetrics.fromJson("{\"stage\":3}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot read the metrics of a step: ");
        assertThatThrownBy(() -> StepMetrics.fromJson(STEP.toJson() + "{}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot read the metrics of a step: ");
    }
}

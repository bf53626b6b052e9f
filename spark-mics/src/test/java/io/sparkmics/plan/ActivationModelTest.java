package io.sparkmics.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ActivationModelTest {

    private static final ActivationModel.PerStage BODY = (sequences, context) -> {
        double tokens = (double) sequences * context;
        return new StageActivations(tokens, 10 * tokens, 13 * tokens, 16 * tokens);
    };

    private static ActivationModel.PerStage loss(double forward, double backward) {
        return (sequences, context) ->
                new StageActivations(0, 0, forward * sequences * context, backward * sequences * context);
    }

    private static long bytes(ActivationCheckpointing checkpointing, ActivationModel.PerStage... stages) {
        return new ActivationModel(List.of(stages), checkpointing).bytes(3, 7) / 21;
    }

    @Test
    void whatAllStagesKeepIsThereWhenTheLastOneComputes() {
        assertThat(bytes(ActivationCheckpointing.NONE, BODY, BODY, loss(5, 8))).isEqualTo(2 * 11 + 8);
        assertThat(bytes(ActivationCheckpointing.NONE, BODY, BODY, loss(9, 8))).isEqualTo(2 * 11 + 9);
    }

    @Test
    void orTheStageBeforeItsBackwardPassTakesMore() {
        assertThat(bytes(ActivationCheckpointing.NONE, BODY, BODY, loss(1, 2))).isEqualTo(11 + 16);
    }

    /** Each result once, one of them twice, and one stage's backward pass. */
    @Test
    void whoIsRecomputedKeepsItsInputAlone() {
        assertThat(bytes(ActivationCheckpointing.ALL, BODY, BODY, BODY, loss(5, 8)))
                .isEqualTo(3 + 16);
        assertThat(bytes(ActivationCheckpointing.ALL, BODY, BODY, BODY, loss(5, 100)))
                .isEqualTo(3 + 100);
        assertThat(bytes(new ActivationCheckpointing(2), BODY, BODY, BODY, loss(5, 8)))
                .isEqualTo(11 + 1 + 11 + 8);
    }

    @Test
    void aForwardPassThatTakesMostCountsWithTheGradientThatWaitsForIt() {
        ActivationModel.PerStage wide = (sequences, context) -> {
            double tokens = (double) sequences * context;
            return new StageActivations(tokens, 10 * tokens, 40 * tokens, 16 * tokens);
        };
        assertThat(bytes(ActivationCheckpointing.NONE, wide, loss(1, 2))).isEqualTo(40);
        assertThat(bytes(ActivationCheckpointing.ALL, wide, loss(1, 2))).isEqualTo(1 + 1 + 40);
    }

    @Test
    void whatCannotBeEstimatedIsRefused() {
        assertThatThrownBy(() -> new ActivationModel(List.of(), ActivationCheckpointing.NONE))
                .hasMessage("Cannot estimate the activations of a model without stages.");
        assertThatThrownBy(() -> new StageActivations(3, 0, 2, 0))
                .hasMessage("Cannot estimate the activations of a stage with 3.0, 0.0, 2.0 and 0.0 bytes: none may be"
                        + " negative, and its result is in the forward pass.");
        assertThatThrownBy(() -> new StageActivations(0, -1, 2, 0)).isInstanceOf(IllegalArgumentException.class);
    }
}

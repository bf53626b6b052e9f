package io.sparkmics.engine.trial;

import static io.sparkmics.engine.Staged.matrix;
import static io.sparkmics.engine.Staged.stage;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.machine.NativeLibraries;
import io.sparkmics.engine.Staged;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.model.InputColumn;
import io.sparkmics.model.LabelLoss;
import io.sparkmics.model.Model;
import io.sparkmics.model.Predictor;
import io.sparkmics.model.RowLayout;
import io.sparkmics.model.Stage;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A model of rows that are padded to the longest predicts the same of more padding, or is refused. */
class PaddingTrialTest {

    private static final int VOCABULARY = 5;
    private static final int WIDTH = 3;

    @BeforeAll
    static void load() {
        NativeLibraries.load();
    }

    /** A mean over tokens, of those that there are or of all. */
    private record Mean(List<Stage> stages, Stage prediction) implements Predictor {

        static Mean of(Staged.Forward mean) {
            Stage table = stage(
                    List.of(matrix("table", VOCABULARY, WIDTH)),
                    (input, weights, pass) -> torch.embedding(weights.get("table"), input.clamp_min(new Scalar(0L))));
            Stage head = stage(List.of(matrix("head", WIDTH, 2)), mean);
            return new Mean(List.of(table, LabelLoss.squaredError(head)), head);
        }
    }

    @Test
    void whoSaysThatPaddingMakesNoDifferenceHasToIgnoreIt() {
        Model right = Mean.of((input, weights, pass) -> {
            Tensor there =
                    pass.data().ge(new Scalar(0L)).to(input.scalar_type()).unsqueeze(2);
            return input.mul(there).sum(1).div(there.sum(1)).matmul(weights.get("head"));
        });
        Model wrong = Mean.of((input, weights, pass) -> input.mean(1L).matmul(weights.get("head")));
        MadeUpRows rows = madeUp(InputColumn.tokens("text", 8));
        MadeUpRows shortened = madeUp(InputColumn.tokens("text", 8).paddedToLongest());

        assertThat(ModelTrial.problem(right, shortened, Precision.FLOAT32)).isEmpty();
        assertThat(ModelTrial.problem(wrong, rows, Precision.FLOAT32)).isEmpty();
        assertThat(ModelTrial.problem(wrong, shortened, Precision.FLOAT32))
                .hasValue(
                        "Cannot train the model: an input column is paddedToLongest(), and of the same rows it predicts"
                                + " something else where there is more padding behind them. Let nothing depend on tokens that are"
                                + " -1, or declare the column without it.");
    }

    @Test
    void whoComputesRowsOfOneLengthOnlyIsToldSo() {
        Stage head = stage(
                List.of(matrix("head", 8 * WIDTH, 2)),
                (input, weights, pass) -> input.flatten(1, -1).matmul(weights.get("head")));
        Model fixed = new Mean(List.of(Mean.of(null).stages().get(0), LabelLoss.squaredError(head)), head);

        assertThat(ModelTrial.problem(fixed, madeUp(InputColumn.tokens("text", 8)), Precision.FLOAT32))
                .isEmpty();
        assertThat(ModelTrial.problem(
                        fixed, madeUp(InputColumn.tokens("text", 8).paddedToLongest()), Precision.FLOAT32))
                .hasValueSatisfying(problem -> assertThat(problem)
                        .startsWith(
                                "Cannot train the model: an input column is paddedToLongest(), and its prediction() fails"
                                        + " on rows of 5 tokens: "));
    }

    private static MadeUpRows madeUp(InputColumn text) {
        return new MadeUpRows(RowLayout.of(List.of(text)).labelled(false), Map.of("text", VOCABULARY), 2);
    }
}

package io.sparkmics.model.bert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.bootstrap.machine.NativeLibraries;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.shard.Initializer;
import io.sparkmics.engine.trial.ModelTrial;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.PooledEncoder;
import io.sparkmics.model.Pooling;
import io.sparkmics.model.Unit;
import io.sparkmics.model.WholeModel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What holds of the architecture whatever its weights are; that it is the library's, a test with the library shows. */
class BertTest {

    private static final BertConfig SMALL = new BertConfig(
            new BertSizes(2, 4, 12, 20, 16, 40, 2, "gelu", 1e-12, 0),
            12,
            new SpecialTokens(0, 3, List.of(0, 1, 2, 3)),
            true);

    @BeforeAll
    static void loadNatives() {
        NativeLibraries.load();
    }

    @Test
    void paddingIsSeenByNobody() {
        try (WholeModel model = pooled(SMALL, Pooling.MEAN)) {
            double[] alone = model.outputs(new int[][] {{5, 6, 7}})[0];

            double[][] padded = model.outputs(new int[][] {{5, 6, 7, -1, -1}, {5, 6, 7, 8, 9}});

            assertThat(padded[0]).containsExactly(alone, within(1e-12));
            assertThat(padded[1][0]).isNotCloseTo(alone[0], within(1e-6));
        }
    }

    @Test
    void aTokenSeesWhatComesLater() {
        try (WholeModel model = pooled(SMALL, Pooling.FIRST)) {
            double[][] vectors = model.outputs(new int[][] {{5, 6, 7}, {5, 6, 8}});

            assertThat(vectors[0][0]).isNotCloseTo(vectors[1][0], within(1e-6));
        }
    }

    @Test
    void whatStandsBehindTheContextIsNotRead() {
        try (WholeModel model = pooled(SMALL.context(3), Pooling.MEAN)) {
            assertThat(model.outputs(new int[][] {{5, 6, 7, 8, 9}})[0])
                    .containsExactly(model.outputs(new int[][] {{5, 6, 7}})[0]);
        }
    }

    @Test
    void aSequenceOfPaddingAloneHasFiniteNumbers() {
        try (WholeModel model = pooled(SMALL, Pooling.MEAN);
                WholeModel guessing =
                        WholeModel.of(SMALL.build(), weights(SMALL.build().units()))) {
            int[][] nothing = {{-1, -1, -1}};

            assertThat(model.outputs(nothing)[0]).containsOnly(0);
            assertThat(guessing.losses(nothing)).containsExactly(0);
        }
    }

    /** Whichever rows it comes with: so a score does not depend on batches. */
    @Test
    void aSequenceHasItsLossInWhateverBatchItComes() {
        int[] first = {5, 6, 7, 8, 9, 10, 11, 12, 13, 14};
        int[] second = {15, 16, 17, 18, 19, 20, 21, 22, -1, -1};
        try (WholeModel model =
                WholeModel.of(SMALL.build(), weights(SMALL.build().units()))) {
            double[] together = model.losses(new int[][] {first, second});

            assertThat(model.losses(new int[][] {second})[0]).isCloseTo(together[1], within(1e-12));
            assertThat(model.losses(new int[][] {second, first})[1]).isCloseTo(together[0], within(1e-12));
        }
    }

    /** As a user's own is tried before ranks start: what needs no weights for its backward pass is given none. */
    @Test
    void itKeepsWhatModelsPromise() {
        for (BertConfig config : List.of(SMALL, SMALL.dropout(0.1))) {
            assertThat(ModelTrial.problem(config.build(), 12, 40, Precision.FLOAT64))
                    .isEmpty();
        }
    }

    @Test
    void sizesThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> SMALL.heads(5).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot configure a BERT: width = 12 must be a multiple of heads = 5.");
        assertThatThrownBy(() -> SMALL.context(17))
                .hasMessage("Cannot configure a BERT: context = 17 must be 16 at most, its positions.");
        assertThatThrownBy(() -> SMALL.layers(0)).hasMessage("Cannot configure a BERT: layers = 0 must be positive.");
        assertThatThrownBy(() -> SMALL.dropout(1))
                .hasMessage("Cannot configure a BERT: dropout = 1.0 must be in [0, 1).");
        assertThatThrownBy(() -> new BertConfig(SMALL.sizes(), 12, new SpecialTokens(0, 40, List.of()), true))
                .hasMessage("Cannot configure a BERT: the id of the mask, 40, must be below vocabularySize = 40.");
        assertThatThrownBy(() -> new SpecialTokens(0, -1, List.of()))
                .hasMessageStartingWith("Cannot configure a BERT: of its special tokens, the padding 0, the mask -1");
    }

    private static WholeModel pooled(BertConfig config, Pooling pooling) {
        PooledEncoder encoder = new PooledEncoder(config.build(), pooling);
        return WholeModel.of(encoder, weights(encoder.units()));
    }

    /** Of one seed: two models have the same where they have both. */
    private static Map<String, Tensor> weights(List<Unit> units) {
        Map<String, Tensor> weights = new HashMap<>();
        for (Unit unit : units) {
            for (Parameter parameter : unit.parameters()) {
                try (PointerScope scope = new PointerScope()) {
                    GeneratorOptional generator = new GeneratorOptional(
                            torch.make_generator_cpu(parameter.name().hashCode()));
                    Tensor values = new Initializer(1).values(parameter).to(ScalarType.Double);
                    values.add_(torch.empty_like(values).normal_(0, 0.3, generator));
                    values.retainReference();
                    weights.put(parameter.name(), values);
                }
            }
        }
        return weights;
    }
}

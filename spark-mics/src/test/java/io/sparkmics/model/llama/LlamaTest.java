package io.sparkmics.model.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.bootstrap.machine.NativeLibraries;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.Unit;
import io.sparkmics.model.WholeModel;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What holds of the architecture whatever its weights are; that it is the library's, a test with the library shows. */
class LlamaTest {

    private static final TensorOptions DOUBLES = new TensorOptions(ScalarType.Double);
    private static final LlamaConfig SMALL = config(4, 2);

    @BeforeAll
    static void loadNatives() {
        NativeLibraries.load();
    }

    private static LlamaConfig config(int heads, int keyValueHeads) {
        return new LlamaConfig(
                "llama", 2, heads, keyValueHeads, 6, 20, 30, 12, 12, 17, 1e-6, 10000, RotaryScaling.NONE, false, false);
    }

    @Test
    void aNormedVectorHasTheMeanSquareOne() {
        try (PointerScope scope = new PointerScope()) {
            Tensor input = torch.arange(new Scalar(1L), new Scalar(5L), DOUBLES);
            Tensor scale = torch.full(new long[] {4}, new Scalar(2.0), DOUBLES);

            double[] normed = values(new RmsNorm("norm", 0.5).of(input, scale));

            // 1, 4, 9 and 16 are 7.5 in the mean.
            for (int i = 0; i < 4; i++) {
                assertThat(normed[i]).isCloseTo(2 * (i + 1) / Math.sqrt(8), within(1e-12));
            }
        }
    }

    /** So attention sees how far two tokens are from each other, and not where they are. */
    @Test
    void theProductOfTwoTurnedVectorsDependsOnTheirDistance() {
        try (PointerScope scope = new PointerScope()) {
            Tensor query = random(1, 6).view(1, 1, 1, 6).expand(1, 1, 12, 6);
            Tensor key = random(2, 6).view(1, 1, 1, 6).expand(1, 1, 12, 6);
            Rotation rotation = Rotation.of(SMALL, torch.arange(new Scalar(12L)), query);

            double[] products = values(rotation.turn(query)
                    .view(12, 6)
                    .matmul(rotation.turn(key).view(12, 6).transpose(0, 1)));

            for (int i = 1; i < 12; i++) {
                for (int j = 1; j < 12; j++) {
                    assertThat(products[12 * i + j]).isCloseTo(products[12 * (i - 1) + j - 1], within(1e-5));
                }
            }
            assertThat(products[1]).isNotCloseTo(products[0], within(1e-3));
        }
    }

    @Test
    void headsThatShareAKeyAreAsHeadsThatHaveEqualOnes() {
        Map<String, Tensor> shared = weights(SMALL, 3);
        Map<String, Tensor> own = weights(config(4, 4), 3);
        for (Map.Entry<String, Tensor> weight : own.entrySet()) {
            try (PointerScope scope = new PointerScope()) {
                Tensor from = shared.get(weight.getKey());
                if (weight.getKey().contains("k_proj") || weight.getKey().contains("v_proj")) {
                    from = from.view(2, 1, 6, 20).expand(2, 2, 6, 20).reshape(24, 20);
                }
                weight.getValue().copy_(from);
            }
        }
        int[][] sequences = {{1, 5, 3, 2, 9, 16, 0}, {4, 4, 4, 2, 1, 0, 7}};

        try (WholeModel one = WholeModel.of(SMALL.build(), shared);
                WholeModel other = WholeModel.of(config(4, 4).build(), own)) {
            double[] losses = one.losses(sequences);
            for (int i = 0; i < 2; i++) {
                assertThat(other.losses(sequences)[i]).isCloseTo(losses[i], within(1e-12));
            }
        }
    }

    @Test
    void whatComesLaterIsNotSeen() {
        try (WholeModel model = WholeModel.of(SMALL.build(), weights(SMALL, 4))) {
            // -1 pads: the loss is of the first three alone, whatever stands in the places behind.
            double[] losses = model.losses(new int[][] {{1, 5, 3, 2, -1, -1}, {1, 5, 3, 2, 9, 9}});
            double alone = model.losses(new int[][] {{1, 5, 3, 2}})[0];

            assertThat(losses[0]).isCloseTo(alone, within(1e-12));
            assertThat(losses[1]).isNotCloseTo(alone, within(1e-3));
        }
    }

    @Test
    void sizesThatDoNotFitAreRefused() {
        assertThatThrownBy(() -> config(4, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot configure a Llama: heads = 4 must be a multiple of keyValueHeads = 3.");
        assertThatThrownBy(() -> SMALL.context(13))
                .hasMessage("Cannot configure a Llama: context = 13 must be 12 at most, its positions.");
        assertThatThrownBy(() -> config(0, 1)).hasMessage("Cannot configure a Llama: heads = 0 must be positive.");
    }

    private static Map<String, Tensor> weights(LlamaConfig config, long seed) {
        Map<String, Tensor> weights = new HashMap<>();
        long next = seed;
        for (Unit unit : config.build().units()) {
            for (Parameter parameter : unit.parameters()) {
                try (PointerScope scope = new PointerScope()) {
                    Tensor values = random(next++, (int) parameter.size())
                            .view(parameter.shape().stream()
                                    .mapToLong(Long::longValue)
                                    .toArray());
                    values.retainReference();
                    weights.put(parameter.name(), values);
                }
            }
        }
        return weights;
    }

    private static Tensor random(long seed, int size) {
        return torch.empty(new long[] {size}, DOUBLES, null)
                .normal_(0, 0.3, new GeneratorOptional(torch.make_generator_cpu(seed)));
    }

    private static double[] values(Tensor tensor) {
        double[] values = new double[(int) tensor.numel()];
        new DoublePointer(tensor.contiguous().data_ptr()).get(values);
        return values;
    }
}

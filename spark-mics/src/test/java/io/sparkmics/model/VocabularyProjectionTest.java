package io.sparkmics.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.machine.NativeLibraries;
import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.engine.stage.StagePass;
import io.sparkmics.model.bert.Bert;
import io.sparkmics.model.bert.BertConfig;
import io.sparkmics.model.bert.BertSizes;
import io.sparkmics.model.llama.LlamaConfig;
import io.sparkmics.model.llama.RotaryScaling;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A GPU's way to the vocabulary, on the CPU, is the plain way. */
class VocabularyProjectionTest {

    private static final int WIDTH = 8;
    private static final int POSITIONS = 12;
    private static final String WORDS = "bert.embeddings.word_embeddings.weight";
    private static final String OWN = "cls.predictions.decoder.weight";
    private static final String BIAS = "cls.predictions.bias";

    @BeforeAll
    static void load() {
        NativeLibraries.load();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 63, 64, 257, 320})
    void anAlignedProductHasTheSameLogitsAndGradients(int vocabulary) {
        try (PointerScope scope = new PointerScope()) {
            Tensor input = wave(2 * 3 * WIDTH, 2, 3, WIDTH);
            Map<String, Tensor> weights = new LinkedHashMap<>();
            weights.put("table", wave((long) vocabulary * WIDTH, vocabulary, WIDTH));
            weights.put("bias", wave(vocabulary, vocabulary));
            AlignedOnCpu aligning = new AlignedOnCpu(weights::get);

            Tensor table = weights.get("table");
            Tensor aligned = VocabularyProjection.of(input, "table", aligning);
            same(aligned, torch.linear(input, table), input, table);
            Tensor bias = weights.get("bias");
            Tensor biased = VocabularyProjection.of(input, "table", "bias", aligning);
            same(biased, torch.linear(input, table).add(bias), input, table, bias);
        }
    }

    private static void same(Tensor aligned, Tensor plain, Tensor... inputs) {
        assertThat(aligned.size(2)).isEqualTo(plain.size(2));
        assertThat(aligned.stride(1) % 64).as("where the rows begin").isZero();
        assertThat(aligned.allclose(plain)).isTrue();
        same(gradients(weighted(aligned), inputs), gradients(weighted(plain), inputs));
    }

    static Stream<Arguments> heads() {
        return Stream.of(
                Arguments.of(
                        Gpt.config().layers(1).heads(2).width(WIDTH).vocabularySize(70),
                        List.of("transformer.wte.weight")),
                Arguments.of(llama(true), List.of("model.embed_tokens.weight")),
                Arguments.of(llama(false), List.of("lm_head.weight")),
                Arguments.of(bert(true), List.of(BIAS, WORDS)),
                Arguments.of(bert(false), List.of(BIAS, OWN)));
    }

    private static ModelConfig llama(boolean tied) {
        return new LlamaConfig(
                "llama", 1, 2, 2, 4, WIDTH, 12, 12, 12, 70, 1e-6, 10000, RotaryScaling.NONE, tied, false);
    }

    private static ModelConfig bert(boolean tied) {
        BertSizes sizes = new BertSizes(1, 2, WIDTH, 12, 12, 261, 2, "gelu", 1e-12, 0);
        return new BertConfig(sizes, sizes.positions(), Bert.config().tokens(), tied);
    }

    /** As a whole, and in parts that share what is aligned, each with its own backward pass. */
    @ParameterizedTest
    @MethodSource("heads")
    void eachHeadsLossAndGradientsAreTheSame(ModelConfig config, List<String> aligned) {
        try (PointerScope scope = new PointerScope();
                MicroBatch batch = batch()) {
            List<Stage> stages = config.build().stages();
            ChunkedLoss loss = (ChunkedLoss) stages.get(stages.size() - 1);
            StagePass pass = new StagePass(batch, 5, true);
            Tensor input = wave(2L * POSITIONS * WIDTH, 2, POSITIONS, WIDTH);
            Map<String, Tensor> weights = weights(loss);
            Tensor[] inputs =
                    Stream.concat(Stream.of(input), weights.values().stream()).toArray(Tensor[]::new);

            Tensor plain = loss.part(input, 0, weights::get, pass);
            assertThat(plain.gt(new Scalar(0.0)).any().item_bool())
                    .as("something is predicted")
                    .isTrue();
            List<Tensor> expected = gradients(weighted(plain), inputs);
            AlignedOnCpu whole = new AlignedOnCpu(weights::get);
            Tensor losses = loss.part(input, 0, whole, pass);
            assertThat(losses.allclose(plain)).isTrue();
            same(gradients(weighted(losses), inputs), expected);
            assertThat(whole.made()).isEqualTo(aligned);

            AlignedOnCpu once = new AlignedOnCpu(weights::get);
            Tensor sum = torch.zeros_like(plain);
            List<Tensor> sums = new ArrayList<>();
            try (SharedWeights shared = new SharedWeights(once)) {
                for (LossPart part : List.of(new LossPart(0, 5), new LossPart(5, 5), new LossPart(10, 2))) {
                    Tensor ofPart = loss.part(part.of(input), part.first(), shared, pass);
                    sum = sum.add(ofPart);
                    add(sums, gradients(weighted(ofPart), inputs));
                }
            }
            assertThat(sum.allclose(plain)).isTrue();
            same(sums, expected);
            assertThat(once.made()).as("made once").isEqualTo(aligned);
        }
    }

    private static void add(List<Tensor> sums, List<Tensor> more) {
        for (int i = 0; i < more.size(); i++) {
            if (sums.size() == i) {
                sums.add(more.get(i));
            } else {
                sums.set(i, sums.get(i).add(more.get(i)));
            }
        }
    }

    private static MicroBatch batch() {
        int[][] tokens = new int[2][POSITIONS + 1];
        for (int i = 0; i < tokens.length; i++) {
            for (int position = 0; position <= POSITIONS; position++) {
                tokens[i][position] = (5 + 31 * i + 17 * position) % 70;
            }
        }
        return new MicroBatch(Tokens.tensor(tokens), 0, new int[] {0, 1}, new double[] {1, 1});
    }

    private static Map<String, Tensor> weights(Stage stage) {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        for (Unit unit : stage.units()) {
            for (Parameter parameter : unit.parameters()) {
                long[] shape =
                        parameter.shape().stream().mapToLong(Long::longValue).toArray();
                weights.put(parameter.name(), wave(parameter.size(), shape));
            }
        }
        return weights;
    }

    private static void same(List<Tensor> actual, List<Tensor> expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i).sizes().vec().get())
                    .isEqualTo(expected.get(i).sizes().vec().get());
            assertThat(actual.get(i).allclose(expected.get(i)))
                    .as("gradient " + i)
                    .isTrue();
        }
    }

    /** A loss to which each number counts differently. */
    private static Tensor weighted(Tensor numbers) {
        Tensor weights =
                torch.arange(new Scalar(1L), new Scalar(numbers.numel() + 1)).to(ScalarType.Double);
        return numbers.mul(weights.cos_().view(numbers.sizes())).sum();
    }

    private static List<Tensor> gradients(Tensor loss, Tensor... inputs) {
        TensorVector gradients = torch.grad(new TensorVector(loss), new TensorVector(inputs));
        List<Tensor> result = new ArrayList<>();
        for (long i = 0; i < inputs.length; i++) {
            result.add(new Tensor(gradients.get(i)));
        }
        return result;
    }

    /** A leaf. */
    private static Tensor wave(long count, long... shape) {
        return torch.arange(new Scalar(count))
                .to(ScalarType.Double)
                .sin_()
                .view(shape)
                .set_requires_grad(true);
    }
}

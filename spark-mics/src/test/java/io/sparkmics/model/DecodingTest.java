package io.sparkmics.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.bootstrap.machine.NativeLibraries;
import io.sparkmics.model.llama.LlamaConfig;
import io.sparkmics.model.llama.RotaryScaling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What stands in the cache, and which prompts stand beside each other, makes no difference. */
class DecodingTest {

    private static final int CONTEXT = 12;
    private static final int VOCABULARY = 17;
    private static final List<int[]> PROMPTS =
            List.of(new int[] {3}, tokens(7), tokens(2), tokens(CONTEXT), tokens(CONTEXT + 3), tokens(7));

    /** The same stages, asked for all tokens at every step. */
    private record Forgetful(LanguageModel model) implements LanguageModel {
        @Override
        public List<Stage> stages() {
            return model.stages();
        }

        @Override
        public Stage logits() {
            return model.logits();
        }
    }

    @BeforeAll
    static void loadNatives() {
        NativeLibraries.load();
    }

    static List<ModelConfig> configs() {
        return List.of(
                Gpt.config().layers(2).heads(2).width(16).context(CONTEXT).vocabularySize(VOCABULARY),
                new LlamaConfig(
                        "llama",
                        2,
                        4,
                        2,
                        6,
                        20,
                        30,
                        CONTEXT,
                        CONTEXT,
                        VOCABULARY,
                        1e-6,
                        10000,
                        RotaryScaling.NONE,
                        false,
                        false));
    }

    @ParameterizedTest
    @MethodSource("configs")
    void aCachedStepIsThatOfAllTokens(ModelConfig config) {
        LanguageModel model = (LanguageModel) config.build();
        try (WholeModel cached = WholeModel.of(model, weights(model));
                WholeModel whole = WholeModel.of(new Forgetful(model), weights(model));
                Decoding one = cached.decode(PROMPTS, CONTEXT, 20);
                Decoding other = whole.decode(PROMPTS, CONTEXT, 20)) {
            for (int step = 0; step < 20; step++) {
                assertThat(one.open()).isEqualTo(other.open());
                int[] next = compared(one.logits(), other.logits());
                one.append(next);
                other.append(next);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("configs")
    void aPromptGoesOnAsIfItWereAlone(ModelConfig config) {
        LanguageModel model = (LanguageModel) config.build();
        try (WholeModel whole = WholeModel.of(model, weights(model))) {
            List<int[]> together = greedy(whole, PROMPTS);
            for (int row = 0; row < PROMPTS.size(); row++) {
                assertThat(together.get(row))
                        .isEqualTo(greedy(whole, List.of(PROMPTS.get(row))).get(0));
            }
            assertThat(together).extracting(sequence -> sequence.length).containsExactly(9, 9, 9, 32, 35, 9);
        }
    }

    /** The loss of a sequence and that of the same without its last token tell how likely that was. */
    @ParameterizedTest
    @MethodSource("configs")
    void logitsAreThoseThatLossesAreOf(ModelConfig config) {
        LanguageModel model = (LanguageModel) config.build();
        try (WholeModel whole = WholeModel.of(model, weights(model));
                Decoding decoding = whole.decode(List.of(tokens(6)), CONTEXT, 1)) {
            float[] logits = decoding.logits()[0];
            double sum = IntStream.range(0, VOCABULARY)
                    .mapToDouble(i -> Math.exp(logits[i]))
                    .sum();
            double before = whole.losses(new int[][] {tokens(6)})[0] * 5;
            for (int token = 0; token < VOCABULARY; token++) {
                int[] longer = Arrays.copyOf(tokens(6), 7);
                longer[6] = token;
                assertThat(whole.losses(new int[][] {longer})[0] * 6 - before)
                        .isCloseTo(Math.log(sum) - logits[token], within(1e-4));
            }
        }
    }

    @Test
    void aModelThatSaysNothingIsRefused() {
        Model silent = () ->
                Gpt.config().layers(1).heads(1).width(4).context(4).build().stages();
        try (WholeModel model = WholeModel.of(silent, weights(silent))) {
            assertThatThrownBy(() -> model.decode(PROMPTS, CONTEXT, 1))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("is not a LanguageModel. Implement its logits().");
        }
    }

    /** Those that come to nine tokens end, so that those beside them move up. */
    private static List<int[]> greedy(WholeModel model, List<int[]> prompts) {
        try (Decoding decoding = model.decode(prompts, CONTEXT, 20)) {
            for (int step = 0; step < 20 && !decoding.open().isEmpty(); step++) {
                float[][] logits = decoding.logits();
                List<Integer> open = decoding.open();
                decoding.append(IntStream.range(0, logits.length)
                        .map(i -> decoding.sequence(open.get(i)).length == 9 ? Decoding.END : likeliest(logits[i]))
                        .toArray());
            }
            return IntStream.range(0, prompts.size())
                    .mapToObj(decoding::sequence)
                    .toList();
        }
    }

    private static int[] compared(float[][] found, float[][] expected) {
        int[] next = new int[found.length];
        for (int row = 0; row < found.length; row++) {
            for (int token = 0; token < VOCABULARY; token++) {
                assertThat(found[row][token]).isCloseTo(expected[row][token], within(1e-4f));
            }
            next[row] = likeliest(found[row]);
        }
        return next;
    }

    private static int likeliest(float[] logits) {
        return IntStream.range(0, logits.length)
                .reduce((a, b) -> logits[b] > logits[a] ? b : a)
                .orElseThrow();
    }

    private static int[] tokens(int length) {
        return new SplittableRandom(length).ints(length, 0, VOCABULARY).toArray();
    }

    private static Map<String, Tensor> weights(Model model) {
        Map<String, Tensor> weights = new HashMap<>();
        long seed = 1;
        List<Parameter> parameters = new ArrayList<>();
        model.units().forEach(unit -> parameters.addAll(unit.parameters()));
        for (Parameter parameter : parameters) {
            try (PointerScope scope = new PointerScope()) {
                long[] shape =
                        parameter.shape().stream().mapToLong(Long::longValue).toArray();
                Tensor values = torch.empty(shape, new TensorOptions(ScalarType.Float), null)
                        .normal_(0, 0.5, new GeneratorOptional(torch.make_generator_cpu(seed++)));
                values.retainReference();
                weights.put(parameter.name(), values);
            }
        }
        return weights;
    }
}

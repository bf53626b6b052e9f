package io.sparkmics.model.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.sparkmics.engine.shard.Initializer;
import io.sparkmics.model.Decoding;
import io.sparkmics.model.ForwardPass;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.Initialization;
import io.sparkmics.model.LanguageModel;
import io.sparkmics.model.Model;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.Projection;
import io.sparkmics.model.Stage;
import io.sparkmics.model.UniqueNames;
import io.sparkmics.model.Unit;
import io.sparkmics.model.Weights;
import io.sparkmics.model.WholeModel;
import io.sparkmics.model.bert.Bert;
import io.sparkmics.model.bert.BertConfig;
import io.sparkmics.model.llama.LlamaConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What an adapted model computes is what the model computes with the adapters merged into its weights. */
class LoraTest {

    private static final ModelConfig GPT =
            Gpt.config().layers(2).heads(2).width(12).context(7).vocabularySize(23);

    private static final BertConfig BERT =
            Bert.config().layers(2).heads(2).width(12).positions(8);

    static Stream<ModelConfig> architectures() {
        return Stream.of(
                GPT,
                BERT,
                LlamaConfig.of(llama("llama", true)).context(7),
                LlamaConfig.of(llama("qwen2", false)).context(7));
    }

    private static Map<String, Object> llama(String family, boolean tied) {
        return Map.of(
                "model_type", family,
                "hidden_size", 12,
                "intermediate_size", 20,
                "num_hidden_layers", 2,
                "num_attention_heads", 2,
                "num_key_value_heads", 1,
                "vocab_size", 23,
                "max_position_embeddings", 16,
                "tie_word_embeddings", tied);
    }

    /** Those of a model with adapters, and those of its base that make alone what they make together. */
    private record Merging(LoraModel adapted, Map<String, Tensor> apart, Map<String, Tensor> merged) {

        static Merging of(ModelConfig config) {
            LoraModel adapted = new LoraConfig(config, new Lora(3, 6, 0, List.of())).build();
            Map<String, Tensor> weights = new HashMap<>();
            for (Unit unit : adapted.units()) {
                unit.parameters().forEach(parameter -> weights.put(parameter.name(), drawn(parameter)));
            }
            Map<String, Tensor> merged = new HashMap<>(weights);
            for (Adapter adapter : adapted.adapters()) {
                merged.computeIfPresent(
                        adapter.projection().weight(),
                        (name, weight) ->
                                adapter.merged(weight, weights.get(adapter.down()), weights.get(adapter.up())));
            }
            return new Merging(adapted, weights, merged);
        }
    }

    @ParameterizedTest
    @MethodSource("architectures")
    void mergedTheModelHasTheSameLosses(ModelConfig config) {
        try (PointerScope scope = new PointerScope()) {
            Merging merging = Merging.of(config);
            int[][] sequences = {tokens(1), tokens(2)};
            double[] apart = WholeModel.of(merging.adapted(), merging.apart()).losses(sequences);
            double[] together = WholeModel.of(config.build(), merging.merged()).losses(sequences);
            assertThat(apart).containsExactly(together, within(1e-10));
            double[] without = WholeModel.of(config.build(), merging.apart()).losses(sequences);
            assertThat(Math.abs(without[0] - apart[0])).isGreaterThan(1e-3);
        }
    }

    /** Those that predict the next token. */
    static Stream<ModelConfig> generators() {
        return architectures().filter(config -> config != BERT);
    }

    @ParameterizedTest
    @MethodSource("generators")
    void mergedTheModelHasTheSameLogits(ModelConfig config) {
        try (PointerScope scope = new PointerScope()) {
            Merging merging = Merging.of(config);
            assertThat(logits(WholeModel.of(merging.adapted(), merging.apart())))
                    .containsExactly(logits(WholeModel.of(config.build(), merging.merged())), within(1e-5f));
        }
    }

    private static float[] logits(WholeModel model) {
        try (Decoding decoding = model.decode(List.of(new int[] {1, 2, 3}), 7, 1)) {
            return decoding.logits()[0];
        }
    }

    /** A linear first layer needs only the data for its gradient, but adapters beside it need each other. */
    @Test
    void anAdaptedStageReadsItsWeightsOnTheWayBackWhateverTheBaseDoes() {
        Model base = () -> List.of(lookup("adapted.layer"), lookup("table"));
        LoraModel adapted = LoraModel.of(
                new Model() {
                    @Override
                    public List<Stage> stages() {
                        return base.stages();
                    }

                    @Override
                    public List<Projection> projections() {
                        return List.of(new Projection("adapted.layer", 4, 4, true));
                    }
                },
                new Lora(2, 2, 0, List.of()));

        assertThat(adapted.stages()).extracting(Stage::backwardReadsWeights).containsExactly(true, false);
    }

    private static Stage lookup(String name) {
        return new Stage() {
            @Override
            public List<Unit> units() {
                return List.of(Unit.of(name, Parameter.weight(name + ".weight", Initialization.normal(1), 4, 4)));
            }

            @Override
            public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
                return input;
            }

            @Override
            public boolean backwardReadsWeights() {
                return false;
            }
        };
    }

    /** Never zero, so that every factor counts. */
    private static Tensor drawn(Parameter parameter) {
        Parameter random =
                new Parameter(parameter.name(), parameter.shape(), Initialization.normal(0.3), parameter.decay());
        return new Initializer(5).values(random).to(ScalarType.Double).add(new Scalar(0.01));
    }

    private static int[] tokens(long seed) {
        return new Random(seed).ints(8, 0, 23).toArray();
    }

    @Test
    void onlyAdaptersAreTrainedAndTheyAreCalledAsPeftCallsThem() {
        Model model = new LoraConfig(GPT, new Lora(4, 8, 0, List.of("c_attn"))).build();

        assertThat(UniqueNames.problems(model)).isEmpty();
        assertThat(model.pretrainedUnits()).extracting(Unit::name).containsExactly("wte", "wpe", "h.0", "h.1", "ln_f");
        assertThat(model.units())
                .filteredOn(Unit::trainable)
                .extracting(Unit::name)
                .containsExactly("h.0.lora", "h.1.lora");
        assertThat(model.units().get(3).parameters())
                .extracting(Parameter::name, Parameter::shape)
                .containsExactly(
                        tuple("transformer.h.0.attn.c_attn.lora_A.weight", List.of(4L, 12L)),
                        tuple("transformer.h.0.attn.c_attn.lora_B.weight", List.of(36L, 4L)));
    }

    @Test
    void theFirstAIsDrawnByKaimingsRuleAndTheFirstBIsZero() {
        LoraModel model = new LoraConfig(GPT, new Lora(64, 8, 0, List.of("c_fc"))).build();
        List<Parameter> parameters = model.units().get(3).parameters();
        try (PointerScope scope = new PointerScope()) {
            Tensor down = new Initializer(1).values(parameters.get(0));
            double bound = 1 / Math.sqrt(12);
            assertThat(down.abs().max().item_double()).isBetween(0.95 * bound, bound);
            // Of a uniform distribution.
            assertThat(down.square().mean().item_double()).isCloseTo(bound * bound / 3, within(0.05 * bound * bound));
            assertThat(new Initializer(1)
                            .values(parameters.get(1))
                            .count_nonzero()
                            .item_long())
                    .isZero();
        }
    }

    static Stream<Arguments> kinds() {
        return architectures().map(config -> {
            if (config.equals(GPT)) {
                return arguments(config, List.of("c_attn", "c_proj", "c_fc"));
            }
            return config.equals(BERT)
                    ? arguments(
                            config,
                            List.of(
                                    "query",
                                    "key",
                                    "value",
                                    "attention.output.dense",
                                    "intermediate.dense",
                                    "output.dense"))
                    : arguments(
                            config,
                            List.of("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"));
        });
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void allProjectionsOfTheBlocksCanBeAdapted(ModelConfig config, List<String> kinds) {
        List<Projection> projections = config.build().projections();
        assertThat(projections.stream().map(Projection::kind).distinct()).containsExactlyInAnyOrderElementsOf(kinds);
        assertThat(projections).extracting(Projection::name).doesNotHaveDuplicates();
        assertThat(new LoraConfig(config, new Lora(1, 1, 0, List.of())).build() instanceof LanguageModel)
                .isEqualTo(config.build() instanceof LanguageModel);
    }

    @ParameterizedTest
    @CsvSource({"output.dense, 4", "attention.output.dense, 2", "query, 2"})
    void aTargetMeansEveryProjectionWhoseNameEndsWithIt(String target, int count) {
        LoraModel model = new LoraConfig(BERT, new Lora(2, 4, 0, List.of(target))).build();

        assertThat(model.adapters())
                .hasSize(count)
                .extracting(adapter -> adapter.projection().name())
                .allMatch(name -> name.endsWith("." + target));
    }

    @Test
    void ofAClassifierTheHeadIsTrainedInFullAndThePoolerIsNot() {
        LoraModel model = new LoraConfig(BERT.classifier().withOutputs(3), new Lora(2, 4, 0, List.of("value"))).build();

        assertThat(model.trainedUnits())
                .extracting(Unit::name)
                .containsExactly("layer.0.lora", "layer.1.lora", "classifier");
        assertThat(model.pretrainedUnits()).extracting(Unit::name).contains("pooler", "classifier");
        assertThat(UniqueNames.problems(model)).isEmpty();
    }

    @Test
    void whatCannotBeAdaptedIsNamed() {
        assertThatThrownBy(() -> new LoraConfig(GPT, new Lora(4, 8, 0, List.of("q_proj", "c_fc"))).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot adapt the model: it has no projection q_proj. Choose of c_attn, c_fc, c_proj, or"
                        + " none for all of them.");
        assertThatThrownBy(() -> new LoraConfig(BERT, new Lora(4, 8, 0, List.of("dense"))).build())
                .hasMessage("Cannot adapt the model: it has no projection dense. Choose of attention.output.dense,"
                        + " intermediate.dense, key, output.dense, query, value, or none for all of them.");
        assertThatThrownBy(() -> new Lora(0, 0, 1, List.of()))
                .hasMessage("Cannot configure adapters: rank = 0 must be positive, alpha = 0.0 must be positive,"
                        + " dropout = 1.0 must be in [0, 1).");
    }
}

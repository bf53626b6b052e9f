package io.sparkmics.checkpoint.pretrained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.bert.Bert;
import io.sparkmics.model.bert.BertConfig;
import io.sparkmics.model.bert.BertSequenceConfig;
import io.sparkmics.model.bert.BertSizes;
import io.sparkmics.model.bert.SpecialTokens;
import io.sparkmics.model.llama.LlamaConfig;
import io.sparkmics.model.llama.RotaryScaling;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ArchitecturesTest {

    @Test
    void whatAModelSaysOfItselfMakesItAgain() {
        GptConfig config = Gpt.config()
                .layers(3)
                .heads(4)
                .width(20)
                .context(30)
                .vocabularySize(51)
                .dropout(0.25);

        assertThat(Architectures.of(config.describe())).isEqualTo(config);
    }

    @Test
    void whatIsNotSaidIsAsInTheLibrary() {
        assertThat(Architectures.of(Map.of("model_type", "gpt2")))
                .isEqualTo(new GptConfig(12, 12, 768, 1024, 50257, 0.1));
    }

    @Test
    void everythingThatOursHasNotIsSaidAtOnce() {
        Map<String, Object> config = new LinkedHashMap<>(Gpt.config().describe());
        config.put("activation_function", "relu");
        config.put("tie_word_embeddings", false);
        config.put("n_inner", 4 * 768);
        config.put("layer_norm_epsilon", 1e-6);
        config.put("embd_pdrop", 0.2);
        config.put("n_layer", "many");

        assertThatThrownBy(() -> Architectures.of(config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot build the GPT that config.json describes: activation_function is relu and must be"
                        + " gelu_pytorch_tanh, layer_norm_epsilon is 1.0E-6 and must be 1.0E-5, tie_word_embeddings is"
                        + " false and must be true, embd_pdrop is 0.2 and must be 0.0, n_layer is many and must be a"
                        + " positive number.");
    }

    @Test
    void whatALlamaSaysOfItselfMakesItAgain() {
        RotaryScaling scaling = new RotaryScaling("llama3", 8, 1, 4, 8192);
        LlamaConfig llama =
                new LlamaConfig("llama", 2, 8, 2, 6, 40, 100, 2048, 131072, 500, 1e-5, 500000, scaling, false, false);
        LlamaConfig qwen = new LlamaConfig(
                "qwen2", 2, 4, 4, 8, 32, 64, 512, 512, 500, 1e-6, 10000, RotaryScaling.NONE, true, true);

        assertThat(Architectures.of(llama.describe())).isEqualTo(llama);
        assertThat(Architectures.of(qwen.describe())).isEqualTo(qwen);
        assertThat(llama.build().size())
                .isEqualTo(2 * 500 * 40 + 40 + 2 * (40 * 48 * 2 + 40 * 12 * 2 + 3 * 40 * 100 + 2 * 40));
    }

    @Test
    void everythingThatALlamaOfOursHasNotIsSaidAtOnce() {
        Map<String, Object> config = Map.of(
                "model_type",
                "llama",
                "hidden_act",
                "gelu",
                "attention_bias",
                true,
                "mlp_bias",
                true,
                "rms_norm_eps",
                0);

        assertThatThrownBy(() -> Architectures.of(config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot build the Llama that config.json describes: hidden_act is gelu and must be silu,"
                        + " mlp_bias is true and must be false, attention_bias is true and must be false, rms_norm_eps is 0"
                        + " and must be a positive number.");
        assertThatThrownBy(() -> Architectures.of(
                        Map.of("model_type", "llama", "rope_scaling", Map.of("rope_type", "yarn", "factor", 4))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Cannot build the Llama that config.json describes: rope_scaling.rope_type is yarn and must be"
                                + " one of [default, linear, llama3].");
        assertThatThrownBy(() -> Architectures.of(Map.of(
                        "model_type",
                        "llama",
                        "rope_scaling",
                        Map.of("rope_type", "llama3", "factor", "8"),
                        "head_dim",
                        0)))
                .hasMessage(
                        "Cannot build the Llama that config.json describes: head_dim is 0 and must be a positive number,"
                                + " rope_scaling.factor is 8 and must be a positive number.");
        assertThatThrownBy(() -> Architectures.of(
                        Map.of("model_type", "llama", "rope_parameters", Map.of("partial_rotary_factor", 0.5))))
                .hasMessage(
                        "Cannot build the Llama that config.json describes: rope_parameters.partial_rotary_factor is 0.5"
                                + " and must be 1.");
        assertThatThrownBy(() -> Architectures.of(Map.of("model_type", "llama", "num_key_value_heads", 5)))
                .hasMessage("Cannot configure a Llama: heads = 32 must be a multiple of keyValueHeads = 5.");
    }

    /** As the fifth version of the library writes it. */
    @Test
    void theBaseAndTheScalingOfPositionsMayLieInOneEntry() {
        Map<String, Object> rotation = Map.of(
                "rope_theta", 500000.0,
                "rope_type", "llama3",
                "factor", 8.0,
                "low_freq_factor", 1.0,
                "high_freq_factor", 4.0,
                "original_max_position_embeddings", 8192);

        LlamaConfig config = (LlamaConfig) Architectures.of(Map.of("model_type", "llama", "rope_parameters", rotation));

        assertThat(config.rotaryBase()).isEqualTo(500000);
        assertThat(config.scaling()).isEqualTo(new RotaryScaling("llama3", 8, 1, 4, 8192));
    }

    @Test
    void nullMeansTheLibrarysOwnValue() {
        Map<String, Object> config = new LinkedHashMap<>(Map.of("model_type", "llama", "num_attention_heads", 8));
        config.put("num_key_value_heads", null);
        config.put("head_dim", null);
        config.put("rope_scaling", null);

        LlamaConfig read = (LlamaConfig) Architectures.of(config);

        assertThat(read.keyValueHeads()).isEqualTo(8);
        assertThat(read.headSize()).isEqualTo(512);
        assertThat(read.scaling()).isEqualTo(RotaryScaling.NONE);
        assertThat(((LlamaConfig) Architectures.of(Map.of("model_type", "mistral"))).positions())
                .isEqualTo(4096);
    }

    /** What is farther away than the window is not attended to: shorter sequences need none. */
    @Test
    void aWindowOfAttentionIsTheLongestSequence() {
        Map<String, Object> config = Map.of("model_type", "mistral", "sliding_window", 512);

        assertThat(Architectures.of(config).context()).isEqualTo(512);
    }

    @Test
    void anotherArchitectureIsNamed() {
        assertThatThrownBy(() -> Architectures.of(Map.of("model_type", "t5")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Cannot build the model that config.json describes: its model_type is t5, and bert, gpt2, llama, mistral, qwen2"
                                + " are known. Call setModel with a model of your own.");
    }

    @Test
    void whatABertSaysOfItselfMakesItAgain() {
        BertConfig config = Bert.config().layers(2).heads(3).width(24).dropout(0.25);
        BertConfig untied = new BertConfig(
                new BertSizes(2, 2, 8, 20, 64, 300, 1, "gelu_new", 1e-5, 0.1),
                64,
                new SpecialTokens(7, 8, List.of(7, 8, 9)),
                false);

        assertThat(Architectures.of(config.describe())).isEqualTo(config);
        assertThat(Architectures.of(untied.describe())).isEqualTo(untied);
        assertThat(untied.build().size())
                .isEqualTo(2 * 300 * 8
                        + 64 * 8
                        + 8
                        + 2 * 8
                        + 2 * (4 * (8 * 8 + 8) + 2 * 8 + 8 * 20 + 20 + 20 * 8 + 8 + 2 * 8)
                        + 8 * 8
                        + 8
                        + 2 * 8
                        + 300);
    }

    @Test
    void whatIsNotSaidOfABertIsAsInTheLibraryAndAsItWasPublished() {
        assertThat(Architectures.of(Map.of("model_type", "bert")))
                .isEqualTo(new BertConfig(
                        new BertSizes(12, 12, 768, 3072, 512, 30522, 2, "gelu", 1e-12, 0.1),
                        512,
                        new SpecialTokens(0, 103, List.of(0, 100, 101, 102, 103)),
                        true));
    }

    @Test
    void whatABertOfSequencesSaysOfItselfMakesItAgain() {
        BertSequenceConfig classifier = new BertSequenceConfig(
                Bert.config().layers(1).dropout(0.1), 3, true, List.of("good", "bad", "neither"), 0.2);
        BertSequenceConfig regressor = Bert.config().regressor();

        assertThat(Architectures.of(classifier.describe())).isEqualTo(classifier);
        assertThat(Architectures.of(regressor.describe()))
                .isEqualTo(new BertSequenceConfig(Bert.config(), 1, false, List.of("LABEL_0"), 0));
        assertThat(Architectures.of(
                        Map.of("model_type", "bert", "architectures", List.of(BertSequenceConfig.ARCHITECTURE))))
                .isEqualTo(
                        new BertSequenceConfig(BertConfig.of(Map.of()), 2, true, List.of("LABEL_0", "LABEL_1"), 0.1));
        assertThatThrownBy(() -> Architectures.of(Map.of(
                        "model_type",
                        "bert",
                        "architectures",
                        List.of(BertSequenceConfig.ARCHITECTURE),
                        "problem_type",
                        "multi_label_classification",
                        "is_decoder",
                        true)))
                .hasMessage("Cannot build the BERT that config.json describes: problem_type is"
                        + " multi_label_classification and must be single_label_classification, is_decoder is true and"
                        + " must be false.");
    }

    @Test
    void everythingThatABertOfOursHasNotIsSaidAtOnce() {
        assertThatThrownBy(() -> Architectures.of(Map.of(
                        "model_type", "bert",
                        "hidden_act", "swish",
                        "position_embedding_type", "relative_key",
                        "is_decoder", true)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot build the BERT that config.json describes: hidden_act is swish and must be one of"
                        + " [gelu, gelu_new, gelu_pytorch_tanh, relu], position_embedding_type is relative_key and must be"
                        + " absolute, is_decoder is true and must be false.");
    }
}

package io.sparkmics.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GptDescriptionTest {

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
    void anotherArchitectureIsNamed() {
        assertThatThrownBy(() -> Architectures.of(Map.of("model_type", "t5")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Cannot build the model that config.json describes: its model_type is t5, and gpt2 is what is"
                                + " known. Call setModel with a model of your own.");
    }
}

package io.sparkmics.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class GptTest {

    @Test
    void namesAndShapesAreHuggingFaces() {
        Model model = Gpt.config()
                .layers(1)
                .heads(2)
                .width(6)
                .context(5)
                .vocabularySize(7)
                .build();
        List<String> declared = model.units().stream()
                .flatMap(unit -> unit.parameters().stream())
                .map(parameter -> parameter.name().replace("transformer.", "") + " " + parameter.shape())
                .toList();
        assertThat(declared)
                .containsExactly(
                        "wte.weight [7, 6]",
                        "wpe.weight [5, 6]",
                        "h.0.attn.c_attn.weight [6, 18]",
                        "h.0.attn.c_proj.weight [6, 6]",
                        "h.0.mlp.c_fc.weight [6, 24]",
                        "h.0.mlp.c_proj.weight [24, 6]",
                        "h.0.ln_1.weight [6]",
                        "h.0.ln_1.bias [6]",
                        "h.0.attn.c_attn.bias [18]",
                        "h.0.attn.c_proj.bias [6]",
                        "h.0.ln_2.weight [6]",
                        "h.0.ln_2.bias [6]",
                        "h.0.mlp.c_fc.bias [24]",
                        "h.0.mlp.c_proj.bias [6]",
                        "ln_f.weight [6]",
                        "ln_f.bias [6]");
    }

    @Test
    void gpt2SmallHasItsKnownSize() {
        assertThat(Gpt.config().vocabularySize(50257).build().size()).isEqualTo(124_439_808);
    }

    /** 12 width^2 + 13 width of a block are a long up to a width of 876 million. */
    @Test
    void sizesWhoseParametersCannotBeCountedAreRefusedByName() {
        assertThatThrownBy(() -> Gpt.config().layers(1).width(1_000_000_000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Cannot configure a GPT: layers = 1, width = 1000000000, context = 1024 and vocabularySize ="
                                + " 257 take more parameters than can be counted. Choose smaller sizes.");
        GptConfig largest = Gpt.config().layers(1).heads(1).width(800_000_000).context(1_000_000_000);
        long width = 800_000_000;
        assertThat(largest.context(4).vocabularySize(4).build().size())
                .isEqualTo(width * (12 * width + 13 + 2 + 4 + 4));
        assertThatThrownBy(() -> largest.vocabularySize(Integer.MAX_VALUE))
                .hasMessageContaining("context = 1000000000 and vocabularySize = 2147483647 take more parameters");
        assertThat(Gpt.config().layers(2_000).width(19_000_000).heads(1).build().size())
                .isPositive();
    }

    @Test
    void shapesThatCannotBeCountedAreRefused() {
        Initialization zero = Initialization.constant(0);
        assertThatThrownBy(() -> Parameter.weight("w", zero, 1L << 32, 1L << 31))
                .hasMessage(
                        "Cannot declare parameter w: its shape [4294967296, 2147483648] has more elements than can be"
                                + " counted. Choose smaller sizes.");
        Parameter half = Parameter.vector("half", zero, 1L << 62);
        assertThatThrownBy(() -> Unit.of("u", half, Parameter.vector("other", zero, 1L << 62)))
                .hasMessage("Cannot declare unit u: its 2 parameters have more elements than can be counted. Choose"
                        + " smaller sizes.");
        Unit one = Unit.of("one", half);
        Unit two = Unit.of("two", Parameter.vector("other", zero, 1L << 62));
        Model model = () -> List.of(new GptEmbedding(Gpt.config(), one, two));
        assertThatThrownBy(model::size)
                .hasMessage(
                        "Cannot size the model: its 2 units have more parameters than can be counted. Choose smaller"
                                + " sizes.");
    }

    @Test
    void biasesAndNormsAreNotDecayed() {
        assertThat(Gpt.config().layers(2).build().units().stream()
                        .flatMap(unit -> unit.parameters().stream())
                        .filter(parameter -> !parameter.decay())
                        .map(Parameter::name))
                .allMatch(name -> name.contains("ln_") || name.endsWith("bias"))
                .hasSize(2 * 8 + 2);
    }

    @Test
    void headsMustDivideTheWidth() {
        GptConfig config = Gpt.config().heads(3).width(16);
        assertThatThrownBy(config::build)
                .hasMessage("Cannot build a GPT: width 16 is not a multiple of 3 heads. "
                        + "Choose a width of 15, or other heads.");
    }

    @Test
    void aSizeThatIsNotPositiveIsRefused() {
        assertThatThrownBy(() -> Gpt.config().layers(0))
                .hasMessage("Cannot configure a GPT: layers = 0 must be positive.");
        assertThatThrownBy(() -> Gpt.config().layers(10_001))
                .hasMessage("Cannot configure a GPT: layers = 10001 must be 10000 at most.");
        assertThatThrownBy(() -> Gpt.config().dropout(1))
                .hasMessage("Cannot configure a GPT: dropout = 1.0 must be in [0, 1).");
    }
}

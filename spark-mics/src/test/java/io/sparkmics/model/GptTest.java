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
        assertThatThrownBy(() -> Gpt.config().dropout(1))
                .hasMessage("Cannot configure a GPT: dropout = 1.0 must be in [0, 1).");
    }
}

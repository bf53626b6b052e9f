package io.sparkmics.model;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** The final norm and the projection to the vocabulary, tied to the token embedding: [b, t, width] to [b, t, vocabulary]. */
final class GptHead implements Stage {

    private final GptConfig config;
    private final List<Unit> units;

    GptHead(GptConfig config, Unit tokens) {
        this.config = config;
        Unit norm = Unit.of(
                "ln_f",
                Parameter.vector("transformer.ln_f.weight", Initialization.constant(1), config.width()),
                Parameter.vector("transformer.ln_f.bias", Initialization.constant(0), config.width()));
        this.units = List.of(norm, tokens);
    }

    @Override
    public List<Unit> units() {
        return units;
    }

    @Override
    public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
        Tensor normed = GptBlock.norm(input, config.width(), weights, "transformer.ln_f");
        return VocabularyProjection.of(normed, "transformer.wte.weight", weights);
    }
}

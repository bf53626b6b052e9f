package io.sparkmics.model.llama;

import io.sparkmics.model.ForwardPass;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import io.sparkmics.model.VocabularyProjection;
import io.sparkmics.model.Weights;
import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** The last norm and the projection to the vocabulary: [b, t, width] to [b, t, vocabulary]. */
final class LlamaHead implements Stage {

    private final List<Unit> units;
    private final RmsNorm norm;
    private final String weight;

    /** @param units the norm's, and that of the projection */
    LlamaHead(LlamaConfig config, List<Unit> units) {
        this.units = units;
        this.norm = new RmsNorm("model.norm.weight", config.normEpsilon());
        this.weight = config.tied() ? Llama.TOKENS : Llama.HEAD;
    }

    @Override
    public List<Unit> units() {
        return units;
    }

    @Override
    public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
        return VocabularyProjection.of(norm.of(input, weights.get(norm.weight())), weight, weights);
    }
}

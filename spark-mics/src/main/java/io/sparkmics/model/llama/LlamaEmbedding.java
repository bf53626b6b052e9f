package io.sparkmics.model.llama;

import static org.bytedeco.pytorch.global.torch.embedding;

import io.sparkmics.model.ForwardPass;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import io.sparkmics.model.Weights;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** Token embedding: int64 tokens [b, t + 1] become [b, t, width]; the last token is only a target. */
final class LlamaEmbedding implements Stage {

    private final Unit tokens;

    LlamaEmbedding(Unit tokens) {
        this.tokens = tokens;
    }

    @Override
    public List<Unit> units() {
        return List.of(tokens);
    }

    @Override
    public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
        // Padding is negative; it needs some row of the table, and no loss ever depends on which.
        return embedding(
                weights.get(Llama.TOKENS), input.narrow(1, 0, input.size(1) - 1).clamp_min(new Scalar(0L)));
    }

    /** A lookup's gradient depends on the tokens alone. */
    @Override
    public boolean backwardReadsWeights() {
        return false;
    }
}

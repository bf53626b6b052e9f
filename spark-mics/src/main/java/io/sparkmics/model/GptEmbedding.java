package io.sparkmics.model;

import static org.bytedeco.pytorch.global.torch.embedding;

import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** Token embedding plus learned positions: int64 tokens [b, t + 1] become [b, t, width]; the last token is only a target. */
final class GptEmbedding implements Stage {

    private final GptConfig config;
    private final List<Unit> units;

    GptEmbedding(GptConfig config, Unit tokens, Unit positions) {
        this.config = config;
        this.units = List.of(tokens, positions);
    }

    @Override
    public List<Unit> units() {
        return units;
    }

    @Override
    public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
        long length = input.size(1) - 1;
        // Padding is negative; it needs some row of the table, and no loss ever depends on which.
        Tensor tokens = input.narrow(1, 0, length).clamp_min(new Scalar(0L));
        Tensor table = weights.get("transformer.wpe.weight");
        Tensor positions =
                pass.past().map(past -> embedding(table, past.positions())).orElseGet(() -> table.narrow(0, 0, length));
        Tensor sum = embedding(weights.get("transformer.wte.weight"), tokens).add(positions);
        return pass.dropout(sum, config.dropout(), "transformer.drop");
    }

    /** A lookup's gradient depends on the tokens alone. */
    @Override
    public boolean backwardReadsWeights() {
        return false;
    }
}

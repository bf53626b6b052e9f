package io.sparkmics.model.bert;

import static org.bytedeco.pytorch.global.torch.embedding;

import io.sparkmics.model.ForwardPass;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import io.sparkmics.model.Weights;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Token embedding plus learned positions plus the first type of tokens: int64 tokens [b, n] become [b, t, width], t = n or the
 * context where that is less.
 */
final class BertEmbedding implements Stage {

    private final BertConfig config;
    private final List<Unit> units;
    private final boolean masked;

    /** @param masked whether tokens are hidden, to be guessed */
    BertEmbedding(BertConfig config, Unit words, Unit places, boolean masked) {
        this.config = config;
        this.units = List.of(words, places);
        this.masked = masked;
    }

    @Override
    public List<Unit> units() {
        return units;
    }

    @Override
    public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
        Tensor tokens = masked ? MaskedTokens.of(config, pass).read() : ReadTokens.of(config, pass);
        // Padding is negative; it needs some row of the table, and nothing ever depends on which.
        Tensor words = embedding(
                weights.get(BertEncoder.WORDS),
                tokens.clamp_min(new Scalar(0L)),
                config.tokens().padding(),
                false,
                false);
        Tensor positions = weights.get(BertEncoder.POSITIONS).narrow(0, 0, tokens.size(1));
        return words.add(weights.get(BertEncoder.TYPES).narrow(0, 0, 1)).add(positions);
    }

    /** A lookup's gradient depends on the tokens alone. */
    @Override
    public boolean backwardReadsWeights() {
        return false;
    }
}

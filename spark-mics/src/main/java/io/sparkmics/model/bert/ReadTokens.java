package io.sparkmics.model.bert;

import io.sparkmics.model.ForwardPass;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** The tokens that a {@link Bert} reads of each sequence. */
final class ReadTokens {

    /** What is added to a score in a softmax so that nothing is left of it, in any type; a sum of two is still finite. */
    private static final double NOTHING = -1e30;

    private ReadTokens() {}

    /** int64 [b, t], -1 where nothing is. */
    static Tensor of(BertConfig config, ForwardPass pass) {
        Tensor data = pass.data();
        return data.narrow(1, 0, Math.min(data.size(1), config.context()));
    }

    /**
     * What is added to the scores of each token, [b, 1, 1, t]: nobody sees padding. In a sequence of padding alone all see the
     * first of it, however much there is, for a softmax over nothing is no number.
     */
    static Tensor mask(Tensor tokens, Tensor like) {
        Tensor mask = tokens.lt(new Scalar(0L)).to(like.scalar_type()).mul(new Scalar(NOTHING));
        mask.select(1, 0).zero_();
        return mask.unsqueeze(1).unsqueeze(1);
    }
}

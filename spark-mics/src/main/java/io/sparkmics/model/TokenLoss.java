package io.sparkmics.model;

import static org.bytedeco.pytorch.global.torch.cross_entropy_loss;

import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A head and the mean cross-entropy of each sequence over its predicted tokens: [b, t, width] to [b]. */
public final class TokenLoss implements Stage {

    private static final long NO_REDUCTION = 0;
    private static final long PADDING = -1;

    private final Stage head;

    /** @param head makes logits [b, t, vocabulary] */
    public TokenLoss(Stage head) {
        this.head = head;
    }

    @Override
    public List<Unit> units() {
        return head.units();
    }

    @Override
    public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
        Tensor logits = atLeastSingle(head.forward(input, weights, pass));
        Tensor targets = pass.data().narrow(1, 1, input.size(1)).contiguous();
        Tensor losses = cross_entropy_loss(
                        logits.view(-1, logits.size(2)),
                        targets.view(-1),
                        new TensorOptional(),
                        NO_REDUCTION,
                        PADDING,
                        0)
                .view(input.size(0), input.size(1));
        Tensor predicted = targets.ge(new Scalar(0L)).to(ScalarType.Long).sum(1).clamp_min(new Scalar(1L));
        return losses.sum(1).div(predicted);
    }

    /** A sum over the vocabulary, and a mean over the context, need more than the 8 bits of bfloat16. */
    private static Tensor atLeastSingle(Tensor logits) {
        return logits.scalar_type().intern() == ScalarType.BFloat16 ? logits.to(ScalarType.Float) : logits;
    }
}

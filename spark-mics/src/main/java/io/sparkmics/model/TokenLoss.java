package io.sparkmics.model;

import static org.bytedeco.pytorch.global.torch.cross_entropy_loss;

import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A head and the mean cross-entropy of each sequence over its predicted tokens: [b, t, width] to [b]. */
public final class TokenLoss implements ChunkedLoss {

    /** Which tokens are predicted at the t positions. */
    @FunctionalInterface
    public interface Targets {

        /** @return int64 [b, t], negative where nothing is predicted: always at the same positions in one pass */
        Tensor of(ForwardPass pass);
    }

    /** Not a lambda, which would need libtorch where a model is only planned. */
    private static final class NextTokens implements Targets {

        @Override
        public Tensor of(ForwardPass pass) {
            return pass.targets();
        }
    }

    private static final long NO_REDUCTION = 0;
    private static final long PADDING = -1;

    private final Stage head;
    private final long vocabularySize;
    private final Targets targets;

    /**
     * At each position the token that {@link ForwardPass#targets} says, which is the one that follows.
     *
     * @param head makes logits [b, t, vocabulary]
     */
    public TokenLoss(Stage head, long vocabularySize) {
        this(head, vocabularySize, new NextTokens());
    }

    /** @param head makes logits [b, t, vocabulary] */
    public TokenLoss(Stage head, long vocabularySize, Targets targets) {
        this.head = head;
        this.vocabularySize = vocabularySize;
        this.targets = targets;
    }

    /** Whether it can be told to predict some of the tokens that follow, and no others. */
    public boolean followsTargets() {
        return targets instanceof NextTokens;
    }

    @Override
    public List<Unit> units() {
        return head.units();
    }

    @Override
    public long positionsAtATime(long sequences, long length) {
        return LogitsAtATime.positions(sequences, length, vocabularySize);
    }

    @Override
    public Tensor part(Tensor input, long first, Weights weights, ForwardPass pass) {
        Tensor logits = atLeastSingle(head.forward(input, weights, pass));
        Tensor predicted = targets.of(pass);
        Tensor ofPart = predicted.narrow(1, first, input.size(1)).contiguous();
        Tensor losses = cross_entropy_loss(
                        logits.view(-1, logits.size(2)),
                        ofPart.view(-1),
                        new TensorOptional(),
                        NO_REDUCTION,
                        PADDING,
                        0)
                .view(input.size(0), input.size(1));
        return losses.sum(1).div(count(predicted));
    }

    /** How many tokens of each sequence are predicted; 1 where there are none. */
    private static Tensor count(Tensor predicted) {
        return predicted.ge(new Scalar(0L)).to(ScalarType.Long).sum(1).clamp_min(new Scalar(1L));
    }

    /** A sum over the vocabulary, and a mean over the context, need more than the 8 bits of bfloat16. */
    private static Tensor atLeastSingle(Tensor logits) {
        return logits.scalar_type().intern() == ScalarType.BFloat16 ? logits.to(ScalarType.Float) : logits;
    }
}

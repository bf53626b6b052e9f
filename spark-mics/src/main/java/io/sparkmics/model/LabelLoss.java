package io.sparkmics.model;

import static org.bytedeco.pytorch.global.torch.cross_entropy_loss;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The last stage of a {@link Predictor}: its prediction, and the loss of each row beside the row's label, [b]. */
public final class LabelLoss implements Stage {

    private static final long NO_REDUCTION = 0;
    private static final long NO_LABEL = -1;

    private interface Loss {
        Tensor of(Tensor outputs, Tensor label);
    }

    private final Stage prediction;
    private final Loss loss;

    private LabelLoss(Stage prediction, Loss loss) {
        this.prediction = prediction;
        this.loss = loss;
    }

    /**
     * The cross-entropy of the row's class.
     *
     * @param logits makes [b, classes]
     */
    public static LabelLoss crossEntropy(Stage logits) {
        return new LabelLoss(
                logits,
                (outputs, label) ->
                        cross_entropy_loss(outputs, label, new TensorOptional(), NO_REDUCTION, NO_LABEL, 0));
    }

    /**
     * The squared error.
     *
     * @param numbers makes [b, 1]
     */
    public static LabelLoss squaredError(Stage numbers) {
        return new LabelLoss(numbers, (outputs, label) -> {
            Tensor error = outputs.select(1, 0).sub(label.to(outputs.scalar_type()));
            return error.mul(error);
        });
    }

    @Override
    public List<Unit> units() {
        return prediction.units();
    }

    @Override
    public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
        Tensor outputs = prediction.forward(input, weights, pass);
        // A sum over the classes, and a difference, need more than the 8 bits of bfloat16.
        boolean narrow = outputs.scalar_type().intern() == ScalarType.BFloat16;
        return loss.of(narrow ? outputs.to(ScalarType.Float) : outputs, pass.column(RowLayout.LABEL));
    }
}

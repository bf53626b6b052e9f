package io.sparkmics.job.rank;

import io.sparkmics.monitor.StepMetrics;
import java.io.Serializable;
import java.util.List;

/**
 * What the losses of a run's evaluations have come to. All ranks have the same, from the same losses, and so decide alike.
 *
 * @param lowest of those whose parameters were to be kept, which a storage that is too slow may not have taken; infinite where
 *     there is none
 * @param mark the loss of the last evaluation that was better than the mark before it; infinite before the first
 * @param since how many evaluations have come after that one
 */
public record HeldOutLosses(double lowest, double mark, int since) implements Serializable {

    public static final HeldOutLosses NONE = new HeldOutLosses(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, 0);

    /**
     * What they have come to after some steps.
     *
     * @param minDelta by how much a loss must be lower to be better
     */
    public static HeldOutLosses of(List<StepMetrics> history, double minDelta) {
        HeldOutLosses losses = NONE;
        for (StepMetrics step : history) {
            losses = step.validationLoss() == null ? losses : losses.and(step.validationLoss(), minDelta);
        }
        return losses;
    }

    /** The same where the parameters of another evaluation are kept. */
    public HeldOutLosses keeping(double loss) {
        return new HeldOutLosses(loss, mark, since);
    }

    /**
     * One more evaluation. A slow descent counts as soon as its steps together are lower by {@code minDelta}; a loss that is
     * not a number is no better than any.
     */
    HeldOutLosses and(double loss, double minDelta) {
        boolean better = loss < mark - minDelta;
        return new HeldOutLosses(loss < lowest ? loss : lowest, better ? loss : mark, better ? 0 : since + 1);
    }
}

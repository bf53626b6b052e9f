package io.sparkmics.model;

import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** All parts of a {@link ChunkedLoss}. Not in the interface itself: who plans builds models where there is no libtorch. */
final class LossInParts {

    private LossInParts() {}

    static Tensor forward(ChunkedLoss loss, Tensor input, Weights weights, ForwardPass pass) {
        List<LossPart> parts = LossPart.of(loss, input);
        if (parts.size() == 1) {
            return loss.part(input, 0, weights, pass);
        }
        Tensor losses = null;
        try (SharedWeights shared = new SharedWeights(weights)) {
            for (LossPart part : parts) {
                Tensor more = alone(loss, part, input, shared, pass);
                losses = losses == null ? more : losses.add(more);
            }
        }
        return losses;
    }

    /** What it takes to compute a part is freed before the next one. */
    private static Tensor alone(ChunkedLoss loss, LossPart part, Tensor input, Weights weights, ForwardPass pass) {
        Tensor losses;
        try (PointerScope scope = new PointerScope()) {
            losses = loss.part(part.of(input), part.first(), weights, pass);
            losses.retainReference();
        }
        PointerScope callers = PointerScope.getInnerScope();
        if (callers != null) {
            callers.attach(losses);
            losses.releaseReference();
        }
        return losses;
    }
}

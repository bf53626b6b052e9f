package io.sparkmics.engine;

import io.sparkmics.engine.device.Native;
import io.sparkmics.engine.gather.Residency;
import io.sparkmics.engine.gradient.GradientSynchronization;
import io.sparkmics.engine.gradient.PartSums;
import io.sparkmics.engine.stage.Activation;
import io.sparkmics.engine.stage.BoundStage;
import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.engine.stage.StagePass;
import io.sparkmics.engine.stage.UnitGradients;
import io.sparkmics.model.LossPart;
import io.sparkmics.model.SharedWeights;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The last stage of a micro-step, there and back: as a whole, or part by part where it is a {@link
 * io.sparkmics.model.ChunkedLoss} of many numbers, so that no part's graph is there with another's.
 *
 * @param position of the stage in the pass; its backward pass is the next one
 */
record LossPass(BoundStage stage, int position, Residency residency, GradientSynchronization destination) {

    /**
     * Returns before the stage's backward position is left.
     *
     * @param input stays the caller's
     * @param loss the mean loss of the micro-batch is added to it; double, without dimensions
     * @return the gradient of the input, the caller's to close; null where the losses do not depend on it
     */
    Tensor run(Tensor input, StagePass pass, Tensor loss) {
        List<LossPart> parts = stage.parts(input);
        residency.enter(position);
        if (!parts.isEmpty()) {
            return inParts(parts, input, pass, loss);
        }
        try (Activation activation = stage.forward(input, pass)) {
            residency.leave(position);
            addLoss(pass.batch(), activation.output(), loss);
            residency.enter(position + 1);
            return backward(activation, pass, destination);
        }
    }

    private Tensor inParts(List<LossPart> parts, Tensor input, StagePass pass, Tensor loss) {
        residency.leave(position);
        // The units stay, and what comes next is on its way while all parts compute.
        residency.enter(position + 1);
        try (PointerScope scope = new PointerScope();
                SharedWeights weights = stage.partWeights();
                PartSums sums = destination.inParts()) {
            Tensor gradient = torch.zeros_like(input);
            boolean depends = false;
            for (LossPart part : parts) {
                depends |= addPart(part, input, weights, gradient, pass, loss, sums);
            }
            sums.complete();
            return depends ? Native.keep(gradient) : null;
        }
    }

    /** Whether the losses of the part depend on the input. */
    private boolean addPart(
            LossPart part,
            Tensor input,
            SharedWeights weights,
            Tensor gradient,
            StagePass pass,
            Tensor loss,
            UnitGradients sums) {
        try (PointerScope scope = new PointerScope();
                Activation activation = stage.forward(part, input, weights, pass)) {
            addLoss(pass.batch(), activation.output(), loss);
            Tensor ofPart = backward(activation, pass, sums);
            if (ofPart != null) {
                part.of(gradient).copy_(ofPart);
                Native.close(ofPart);
            }
            return ofPart != null;
        }
    }

    private Tensor backward(Activation activation, StagePass pass, UnitGradients destination) {
        try (PointerScope scope = new PointerScope()) {
            return stage.backward(activation, pass, gradientOfLosses(pass.batch(), activation.output()), destination);
        }
    }

    /** The micro-batch's loss is the weighted sum of its sequences' losses over b. */
    private static Tensor gradientOfLosses(MicroBatch batch, Tensor losses) {
        return batch.weights(losses).div_(new Scalar((double) batch.size()));
    }

    private static void addLoss(MicroBatch batch, Tensor losses, Tensor loss) {
        try (PointerScope scope = new PointerScope()) {
            loss.add_(batch.weightedSum(losses).div_(new Scalar((double) batch.size())));
        }
    }
}

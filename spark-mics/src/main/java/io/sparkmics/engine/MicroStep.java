package io.sparkmics.engine;

import io.sparkmics.engine.device.Native;
import io.sparkmics.engine.gather.GatheredUnit;
import io.sparkmics.engine.gather.Residency;
import io.sparkmics.engine.gradient.GradientSynchronization;
import io.sparkmics.engine.stage.Activation;
import io.sparkmics.engine.stage.BoundStage;
import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.engine.stage.StagePass;
import io.sparkmics.plan.GradientPlaces;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * Forward and backward of one micro-batch: each unit is gathered, used and released on the way there, gathered, used and
 * released on the way back, and its gradients take hop 1.
 */
final class MicroStep {

    private final List<BoundStage> stages;
    private final List<List<GatheredUnit>> completed;
    private final Residency residency;
    private final GradientSynchronization synchronization;
    private final long seed;

    MicroStep(List<BoundStage> stages, Residency residency, GradientSynchronization synchronization, long seed) {
        this.stages = stages;
        this.completed = GradientPlaces.completedBy(
                stages.stream().map(BoundStage::forwardUnits).toList());
        this.residency = residency;
        this.synchronization = synchronization;
        this.seed = seed;
    }

    /**
     * Afterwards the gradients lie in the shards, summed with those of the micro-batches before.
     *
     * @param loss the mean loss of the micro-batch is added to it; double, without dimensions
     */
    void run(MicroBatch batch, Tensor loss) {
        Deque<Activation> activations = new ArrayDeque<>();
        try {
            forward(batch, activations);
            addLoss(batch, activations.peek().output(), loss);
            backward(batch, activations);
            synchronization.finishHopOne();
        } finally {
            activations.forEach(Activation::close);
        }
    }

    private void forward(MicroBatch batch, Deque<Activation> activations) {
        StagePass pass = new StagePass(batch, seed, true);
        Tensor input = batch.data();
        for (int stage = 0; stage < stages.size(); stage++) {
            residency.enter(stage);
            activations.push(stages.get(stage).forward(input, pass));
            residency.leave(stage);
            input = activations.peek().output();
        }
    }

    private void backward(MicroBatch batch, Deque<Activation> activations) {
        Tensor gradient = gradientOfLosses(batch, activations.peek().output());
        try {
            for (int stage = stages.size() - 1; stage >= 0; stage--) {
                int position = 2 * stages.size() - 1 - stage;
                residency.enter(position);
                Tensor gradientOfInput;
                try (Activation activation = activations.pop()) {
                    gradientOfInput = stages.get(stage).backward(activation, gradient, synchronization);
                }
                residency.leave(position);
                Native.close(gradient);
                gradient = gradientOfInput;
                completed.get(stage).forEach(unit -> synchronization.hopOne(unit.shard()));
            }
        } finally {
            Native.close(gradient);
        }
    }

    /** The micro-batch's loss is the weighted sum of its sequences' losses over b. */
    private static Tensor gradientOfLosses(MicroBatch batch, Tensor losses) {
        try (PointerScope scope = new PointerScope()) {
            return Native.keep(batch.weights(losses).div_(new Scalar((double) batch.size())));
        }
    }

    private static void addLoss(MicroBatch batch, Tensor losses, Tensor loss) {
        try (PointerScope scope = new PointerScope()) {
            loss.add_(batch.weightedSum(losses).div_(new Scalar((double) batch.size())));
        }
    }

    Residency residency() {
        return residency;
    }
}

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
import java.util.function.BooleanSupplier;
import org.bytedeco.pytorch.Tensor;

/**
 * Forward and backward of one micro-batch: each unit is gathered, used and released on the way there, gathered, used and
 * released on the way back, and its gradients take hop 1, those of the last micro-step hop 2 behind it.
 */
final class MicroStep {

    private final List<BoundStage> stages;
    private final List<List<GatheredUnit>> completed;
    private final Residency residency;
    private final GradientSynchronization synchronization;
    private final LossPass lossPass;
    private final EngineSettings settings;

    MicroStep(
            List<BoundStage> stages,
            Residency residency,
            GradientSynchronization synchronization,
            EngineSettings settings) {
        this.stages = stages;
        this.completed = GradientPlaces.completedBy(
                stages.stream().map(BoundStage::trainedUnits).toList());
        this.residency = residency;
        this.synchronization = synchronization;
        this.lossPass = new LossPass(stages.get(stages.size() - 1), stages.size() - 1, residency, synchronization);
        this.settings = settings;
    }

    /**
     * Afterwards the gradients lie in the shards, summed with those of the micro-batches before.
     *
     * @param loss the mean loss of the micro-batch is added to it; double, without dimensions
     * @param last whether the step has no further one; asked when the device has been told most of the forward pass, for the
     *     answer may have to read rows
     */
    void run(MicroBatch batch, Tensor loss, BooleanSupplier last) {
        try (SequencePass pass = SequencePass.training(batch, settings)) {
            run(pass.stagePass(), loss, last);
        }
    }

    private void run(StagePass pass, Tensor loss, BooleanSupplier last) {
        Deque<Activation> activations = new ArrayDeque<>();
        try {
            Tensor input = forward(pass, activations);
            if (last.getAsBoolean()) {
                synchronization.lastMicroStep();
            }
            backward(pass, activations, lossPass.run(input, pass, loss));
            synchronization.finishHopOne();
        } finally {
            activations.forEach(Activation::close);
        }
    }

    /** All stages but the last, whose input is returned: it stays with its owner. */
    private Tensor forward(StagePass pass, Deque<Activation> activations) {
        Tensor input = pass.data();
        for (int stage = 0; stage < stages.size() - 1; stage++) {
            residency.enter(stage);
            activations.push(stages.get(stage).forward(input, pass));
            residency.leave(stage);
            input = activations.peek().output();
        }
        return input;
    }

    /** @param gradient of what the last stage was given; closed here */
    private void backward(StagePass pass, Deque<Activation> activations, Tensor gradient) {
        Tensor ofOutput = gradient;
        try {
            leave(stages.size() - 1);
            for (int stage = stages.size() - 2; stage >= 0; stage--) {
                residency.enter(positionBack(stage));
                Tensor ofInput;
                try (Activation activation = activations.pop()) {
                    ofInput = stages.get(stage).backward(activation, pass, ofOutput, synchronization);
                }
                Native.close(ofOutput);
                ofOutput = ofInput;
                leave(stage);
            }
        } finally {
            Native.close(ofOutput);
        }
    }

    private int positionBack(int stage) {
        return 2 * stages.size() - 1 - stage;
    }

    /** Its backward pass is done, and what it was the last to add to takes hop 1. */
    private void leave(int stage) {
        residency.leave(positionBack(stage));
        completed.get(stage).forEach(unit -> synchronization.hopOne(unit.shard()));
    }

    Residency residency() {
        return residency;
    }
}

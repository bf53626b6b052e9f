package io.sparkmics.engine;

import io.sparkmics.engine.device.DeviceSums;
import io.sparkmics.engine.gather.Residency;
import io.sparkmics.engine.stage.Activation;
import io.sparkmics.engine.stage.BoundStage;
import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.engine.stage.StagePass;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** The forward pass alone: the loss over sequences that are held out. */
final class Evaluation {

    private final List<BoundStage> stages;
    private final Residency residency;
    private final WorldSum worldSum;
    private final DeviceSums sums;
    private final EngineSettings settings;

    /**
     * @param sums at least two; stay the caller's
     */
    Evaluation(
            List<BoundStage> stages, Residency residency, WorldSum worldSum, DeviceSums sums, EngineSettings settings) {
        this.stages = stages;
        this.residency = residency;
        this.worldSum = worldSum;
        this.sums = sums;
        this.settings = settings;
    }

    double run(Iterator<MicroBatch> microBatches) {
        double weight = 0;
        sums.clear();
        NoGradGuard withoutGraph = new NoGradGuard();
        try {
            while (microBatches.hasNext()) {
                try (MicroBatch batch = microBatches.next();
                        SequencePass pass = SequencePass.evaluation(batch, settings)) {
                    addLoss(batch, pass.stagePass());
                    weight += Arrays.stream(batch.weights()).sum();
                }
            }
        } finally {
            withoutGraph.close();
        }
        try (PointerScope scope = new PointerScope()) {
            sums.at(1).fill_(new Scalar(weight));
            // Who sees this loss may decide by it.
            worldSum.alike(sums.first(2), 0);
        }
        double[] lossAndWeight = sums.read();
        return lossAndWeight[0] / lossAndWeight[1];
    }

    private void addLoss(MicroBatch batch, StagePass pass) {
        Tensor input = batch.data();
        Activation last = null;
        try {
            for (int stage = 0; stage < stages.size(); stage++) {
                residency.enter(stage);
                Activation next = stages.get(stage).forward(input, pass);
                residency.leave(stage);
                if (last != null) {
                    last.close();
                }
                last = next;
                input = next.output();
            }
            try (PointerScope scope = new PointerScope()) {
                sums.at(0).add_(batch.weightedSum(input));
            }
        } finally {
            if (last != null) {
                last.close();
            }
        }
    }

    Residency residency() {
        return residency;
    }
}

package io.sparkmics.engine;

import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/** The forward pass alone: the loss over sequences that are held out. */
final class Evaluation {

    private final List<BoundStage> stages;
    private final Residency residency;
    private final WorldSum worldSum;

    Evaluation(List<BoundStage> stages, UnitGather gather, ModelStates states, WorldSum worldSum) {
        this.stages = stages;
        this.residency =
                new Residency(stages.stream().map(BoundStage::forwardUnits).toList(), gather, states);
        this.worldSum = worldSum;
    }

    double run(Iterator<MicroBatch> microBatches) {
        double loss = 0;
        double weight = 0;
        NoGradGuard withoutGraph = new NoGradGuard();
        try {
            while (microBatches.hasNext()) {
                try (MicroBatch batch = microBatches.next()) {
                    loss += weightedLoss(batch);
                    weight += Arrays.stream(batch.weights()).sum();
                }
            }
        } finally {
            withoutGraph.close();
        }
        double[] sums = worldSum.of(loss, weight);
        return sums[0] / sums[1];
    }

    private double weightedLoss(MicroBatch batch) {
        StagePass pass = new StagePass(batch, 0, false);
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
            return MicroStep.weightedSum(batch, input);
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

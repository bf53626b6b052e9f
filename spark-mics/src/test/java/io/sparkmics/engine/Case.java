package io.sparkmics.engine;

import io.sparkmics.bootstrap.groups.GatherMode;
import io.sparkmics.model.GptConfig;
import io.sparkmics.plan.ActivationCheckpointing;
import java.util.Random;

/** One training run of the parity matrix. */
record Case(
        GptConfig config,
        int worldSize,
        int partitionGroupSize,
        int ranksPerNode,
        GatherMode gather,
        int microBatchSize,
        int microSteps,
        EngineSettings settings,
        int steps,
        double peakRate) {

    Case(
            GptConfig config,
            int worldSize,
            int partitionGroupSize,
            int ranksPerNode,
            GatherMode gather,
            int microBatchSize,
            int microSteps,
            EngineSettings settings,
            int steps) {
        this(
                config,
                worldSize,
                partitionGroupSize,
                ranksPerNode,
                gather,
                microBatchSize,
                microSteps,
                settings,
                steps,
                1e-3);
    }

    /** The same training on the same ranks, none of which shards, gathers or recomputes anything. */
    Case withoutSharding() {
        return new Case(
                config,
                worldSize,
                1,
                worldSize,
                GatherMode.FLAT,
                microBatchSize,
                microSteps,
                settings.with(OverlapSettings.STANDARD).with(ActivationCheckpointing.NONE),
                steps,
                peakRate);
    }

    int globalBatchSize() {
        return worldSize * microBatchSize * microSteps;
    }

    /** Warms up, so that a wrong rate at any step shows. */
    double learningRate(long step) {
        return peakRate * Math.min(1, (step + 1) / 4.0);
    }

    /** The tokens of a sequence are a function of step and slot, as the data room promises. */
    int[] sequence(long step, int slot) {
        Random random = new Random(step * 1000 + slot);
        return random.ints(config.context() + 1, 0, config.vocabularySize()).toArray();
    }
}

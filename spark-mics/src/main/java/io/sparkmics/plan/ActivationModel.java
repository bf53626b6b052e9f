package io.sparkmics.plan;

import java.util.List;

/**
 * What one micro-batch takes at most between its first forward pass and its last backward pass, in bytes, besides what {@link
 * MemoryModel} counts: a walk through the stages, there and back, as the engine goes.
 *
 * @param stages in order; the last one makes the loss, and its backward pass follows at once
 * @param checkpointing which of them keep their input only
 */
public record ActivationModel(List<PerStage> stages, ActivationCheckpointing checkpointing) {

    /** What a stage takes, by the size of the micro-batch. */
    @FunctionalInterface
    public interface PerStage {

        /**
         * @param sequences of the micro-batch
         * @param context tokens of each
         */
        StageActivations of(int sequences, int context);
    }

    public ActivationModel {
        stages = List.copyOf(stages);
        if (stages.isEmpty()) {
            throw new IllegalArgumentException("Cannot estimate the activations of a model without stages.");
        }
    }

    /**
     * Of one micro-batch on one rank. A figure that is no long becomes the largest.
     *
     * @param sequences of the micro-batch
     * @param context tokens of each
     */
    public long bytes(int sequences, int context) {
        return (long) new Walk(
                        stages.stream()
                                .map(stage -> stage.of(sequences, context))
                                .toList(),
                        checkpointing)
                .peak();
    }

    private static final class Walk {

        private final List<StageActivations> stages;
        private final ActivationCheckpointing checkpointing;
        private double live;
        private double peak;

        Walk(List<StageActivations> stages, ActivationCheckpointing checkpointing) {
            this.stages = stages;
            this.checkpointing = checkpointing;
        }

        double peak() {
            int last = stages.size() - 1;
            for (int stage = 0; stage < last; stage++) {
                reach(stages.get(stage).forward());
                live += stays(stage);
            }
            reach(Math.max(stages.get(last).forward(), stages.get(last).backward()));
            for (int stage = last - 1; stage >= 0; stage--) {
                backward(stage);
            }
            return peak;
        }

        /** The result of a stage that is recomputed is there twice: from its first forward pass, too. */
        private void backward(int stage) {
            StageActivations own = stages.get(stage);
            if (recomputed(stage)) {
                // Beside the gradient of its result, which is as large as that.
                reach(own.output() + own.forward());
                reach(own.backward());
                live -= stays(stage);
            } else {
                live -= stays(stage);
                reach(own.backward());
            }
        }

        private double stays(int stage) {
            StageActivations own = stages.get(stage);
            return own.output() + (recomputed(stage) ? 0 : own.kept());
        }

        private boolean recomputed(int stage) {
            return checkpointing.recomputes(stage, stages.size());
        }

        private void reach(double more) {
            peak = Math.max(peak, live + more);
        }
    }
}

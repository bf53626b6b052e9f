package io.sparkmics.plan.step;

import io.sparkmics.plan.MemoryModel;
import java.util.List;

/**
 * What one rank does with one micro-batch.
 *
 * @param memory of the model, whose stages are those of {@code stages}
 * @param activationBytes kept between the forward and the backward pass
 */
public record Work(MemoryModel memory, List<StageWork> stages, long activationBytes) {

    public Work {
        stages = List.copyOf(stages);
        if (stages.size() != memory.stages().size() || activationBytes < 0) {
            throw new IllegalArgumentException("Cannot plan the work of " + stages.size() + " stages and "
                    + activationBytes + " bytes of activations: the model has "
                    + memory.stages().size() + " stages, and no bytes are negative.");
        }
    }

    /** Forward, backward and what is computed twice. */
    double flops() {
        return stages.stream().mapToDouble(StageWork::allFlops).sum();
    }
}

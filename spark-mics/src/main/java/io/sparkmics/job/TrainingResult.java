package io.sparkmics.job;

import io.sparkmics.monitor.StepMetrics;
import io.sparkmics.monitor.TrainingSummary;
import java.util.List;

/**
 * What a training run leaves behind.
 *
 * @param modelDirectory the Hugging Face folder, {@code config.json} and {@code model.safetensors}: it is deleted when the
 *     application ends
 * @param summary the run in numbers
 * @param history every step, in order
 */
public record TrainingResult(String modelDirectory, TrainingSummary summary, List<StepMetrics> history) {

    public TrainingResult {
        history = List.copyOf(history);
    }
}

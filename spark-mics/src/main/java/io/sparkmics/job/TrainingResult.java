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

    /** The same with one more entry in its summary. */
    public TrainingResult with(String name, Object value) {
        return new TrainingResult(modelDirectory, summary.with(name, value), history);
    }
}

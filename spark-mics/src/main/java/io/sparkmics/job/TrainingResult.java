package io.sparkmics.job;

import io.sparkmics.monitor.StepMetrics;
import io.sparkmics.monitor.TrainingSummary;
import java.util.List;

/**
 * What a training run leaves behind.
 *
 * @param workDirectory the run's own folder on the Hadoop file system; whoever has the result deletes it
 * @param modelDirectory the Hugging Face folder in it: {@code config.json} and {@code model.safetensors}
 * @param summary the run in numbers
 * @param history every step, in order
 */
public record TrainingResult(
        String workDirectory, String modelDirectory, TrainingSummary summary, List<StepMetrics> history) {

    public TrainingResult {
        history = List.copyOf(history);
    }
}

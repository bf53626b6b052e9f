package io.sparkmics.job;

import io.sparkmics.checkpoint.TemporaryFolder;
import io.sparkmics.checkpoint.WeightsVersion;
import io.sparkmics.monitor.StepMetrics;
import io.sparkmics.monitor.TrainingSummary;
import java.util.List;

/**
 * What a training run leaves behind.
 *
 * @param weights of the Hugging Face folder with the trained model
 * @param folder where that lies: it is deleted when nobody refers to this any more, or the application ends
 * @param summary the run in numbers
 * @param history every step, in order
 */
public record TrainingResult(
        WeightsVersion weights, TemporaryFolder folder, TrainingSummary summary, List<StepMetrics> history) {

    public TrainingResult {
        history = List.copyOf(history);
    }

    /** The same with one more entry in its summary. */
    public TrainingResult with(String name, Object value) {
        return new TrainingResult(weights, folder, summary.with(name, value), history);
    }
}

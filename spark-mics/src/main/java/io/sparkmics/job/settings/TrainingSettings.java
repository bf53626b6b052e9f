package io.sparkmics.job.settings;

import io.sparkmics.engine.EngineSettings;
import io.sparkmics.engine.OptimizerSettings;
import io.sparkmics.engine.Precision;
import io.sparkmics.engine.ReductionPrecision;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.plan.MemoryModel;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * All that a training run needs besides the rows; plain values that travel to the executors.
 *
 * <p>Nothing is checked here but in {@link #problems()}, so that all that is wrong can be said at once.
 *
 * @param inputCol text, or ready token ids
 * @param validationIndicatorCol true for the rows that are held out; empty: none are
 * @param endOfTextId the token behind every row; {@link #NO_END_OF_TEXT}: the tokenizer's for text, none for ready ids
 * @param numWorkers the world size W
 * @param partitionGroupSize p; 0: the smallest whose memory fits
 * @param globalBatchSize sequences per step
 * @param microBatchSize sequences per micro-step and rank
 * @param maxSteps 0: as many as the epochs give
 * @param maxEpochs 0: as many as the steps need; when both are given, what ends first ends the run
 * @param learningRate its peak
 * @param minimumLearningRateRatio what the cosine ends at, as a part of the peak
 * @param gradientClipping the largest global norm of the gradient; 0: not clipped
 * @param optimizer {@code adamw} or {@code sgd}
 * @param gather {@code auto}, {@code flat} or {@code hierarchical}
 * @param evaluateEvery steps between two evaluations; 0: only at the end
 * @param deviceType {@code auto}, {@code cpu} or {@code cuda}
 * @param precision {@code float32}, {@code float64} or {@code bfloat16}: computed in bfloat16, kept and updated in float32
 * @param reductionPrecision {@code float32} or {@code bfloat16}: what hop 1 sums in where precision is {@code bfloat16}
 * @param workDirectory a Hadoop path; empty: the job's choice under the default file system
 * @param sharedWorkDirectory whether a {@code file:} path is the same place on every host
 * @param acceptPlainText whether ranks may talk unencrypted although Spark is told to encrypt
 * @param checking whether every collective is checked across ranks; if not, those of the first step are
 */
public record TrainingSettings(
        ModelConfig model,
        String inputCol,
        String validationIndicatorCol,
        int endOfTextId,
        int numWorkers,
        int partitionGroupSize,
        int globalBatchSize,
        int microBatchSize,
        long maxSteps,
        double maxEpochs,
        double learningRate,
        long warmUpSteps,
        double minimumLearningRateRatio,
        double weightDecay,
        double beta1,
        double beta2,
        double epsilon,
        double gradientClipping,
        String optimizer,
        String gather,
        long evaluateEvery,
        long seed,
        String deviceType,
        String precision,
        String reductionPrecision,
        String workDirectory,
        boolean sharedWorkDirectory,
        Duration slotTimeout,
        Duration collectiveTimeout,
        boolean acceptPlainText,
        boolean checking)
        implements Serializable {

    /** No token is set to end the rows. */
    public static final int NO_END_OF_TEXT = -1;

    public static final List<String> OPTIMIZERS = List.of("adamw", "sgd");
    public static final List<String> GATHERS = List.of("auto", "flat", "hierarchical");
    public static final List<String> DEVICE_TYPES = List.of("auto", "cpu", "cuda");
    public static final List<String> PRECISIONS = List.of("float32", "float64", "bfloat16");
    public static final List<String> REDUCTION_PRECISIONS = List.of("float32", "bfloat16");

    public EngineSettings engineSettings() {
        OptimizerSettings chosen = optimizer.equals("sgd")
                ? new OptimizerSettings.Sgd()
                : new OptimizerSettings.AdamW(beta1, beta2, epsilon, weightDecay);
        return new EngineSettings(
                chosen,
                gradientClipping,
                seed,
                Precision.valueOf(precision.toUpperCase(Locale.ROOT)),
                ReductionPrecision.valueOf(reductionPrecision.toUpperCase(Locale.ROOT)));
    }

    /** What the plan knows of the model and its types. */
    public MemoryModel memoryModel() {
        return engineSettings().memoryModel(model.build());
    }

    /** Everything that is wrong with the values alone, one sentence each; empty when nothing is. */
    public List<String> problems() {
        return new SettingsCheck(this).problems();
    }
}

package io.sparkmics.job.rank;

import io.sparkmics.data.TokenCounts;
import io.sparkmics.job.cluster.GpuTasks;
import io.sparkmics.job.settings.TrainingSettings;
import io.sparkmics.monitor.ProgressSender;
import io.sparkmics.plan.TrainingSchedule;
import java.io.Serializable;
import java.util.OptionalInt;
import org.apache.spark.util.SerializableConfiguration;

/**
 * What the driver has decided and every rank carries out.
 *
 * @param partitionGroupSize p, chosen
 * @param endOfTextId the token that the rows were ended with, or {@link TrainingSettings#NO_END_OF_TEXT}
 * @param runDirectory where this run may write
 * @param text whether the model is trained on text, by the built-in tokenizer
 * @param gpus how each rank gets its GPU, where they compute on GPUs
 * @param progress how rank 0 is heard
 * @param hadoop how the executors reach that folder
 */
public record TrainingPlan(
        TrainingSettings settings,
        TrainingSchedule schedule,
        int partitionGroupSize,
        TokenCounts counts,
        int endOfTextId,
        String runDirectory,
        boolean text,
        GpuTasks.Way gpus,
        ProgressSender progress,
        SerializableConfiguration hadoop)
        implements Serializable {

    /** The token that the rows were ended with, where there was one. */
    OptionalInt endOfText() {
        return endOfTextId == TrainingSettings.NO_END_OF_TEXT ? OptionalInt.empty() : OptionalInt.of(endOfTextId);
    }
}

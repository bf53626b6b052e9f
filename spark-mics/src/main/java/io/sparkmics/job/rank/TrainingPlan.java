package io.sparkmics.job.rank;

import io.sparkmics.data.TokenCounts;
import io.sparkmics.engine.EngineSettings;
import io.sparkmics.engine.SequenceSettings;
import io.sparkmics.job.cluster.GpuTasks;
import io.sparkmics.job.settings.InputSettings;
import io.sparkmics.job.settings.TrainingSettings;
import io.sparkmics.monitor.RankSender;
import io.sparkmics.plan.TrainingSchedule;
import java.io.Serializable;
import org.apache.spark.util.SerializableConfiguration;

/**
 * What the driver has decided and every rank carries out.
 *
 * @param endOfTextId the token that the rows were ended with, or {@link InputSettings#NO_END_OF_TEXT}
 * @param runDirectory where this run may write
 * @param text whether the model is trained on text, by the built-in tokenizer
 * @param gpus how each rank gets its GPU, where they compute on GPUs
 * @param progress how rank 0 is heard
 * @param heartbeats how the driver hears that a rank's process runs
 * @param hadoop how the executors reach that folder
 * @param attempt which try it is, and where it begins
 * @param saving what ranks save of their states
 * @param heldOut what the evaluations before have come to
 */
public record TrainingPlan(
        TrainingSettings settings,
        TrainingSchedule schedule,
        TokenCounts counts,
        int endOfTextId,
        String runDirectory,
        boolean text,
        GpuTasks.Way gpus,
        RankSender progress,
        RankSender heartbeats,
        SerializableConfiguration hadoop,
        Attempt attempt,
        Saving saving,
        HeldOutLosses heldOut)
        implements Serializable {

    EngineSettings engineSettings() {
        EngineSettings engine = settings.engineSettings();
        return settings.input().separateDocuments() ? engine.with(SequenceSettings.separate(endOfTextId)) : engine;
    }

    /** p, chosen. */
    int partitionGroupSize() {
        return attempt.partitionGroupSize();
    }
}

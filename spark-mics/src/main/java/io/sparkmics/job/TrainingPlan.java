package io.sparkmics.job;

import io.sparkmics.data.TokenCounts;
import io.sparkmics.monitor.ProgressSender;
import io.sparkmics.plan.TrainingSchedule;
import java.io.Serializable;
import org.apache.spark.util.SerializableConfiguration;

/**
 * What the driver has decided and every rank carries out.
 *
 * @param partitionGroupSize p, chosen
 * @param runDirectory where this run may write
 * @param text whether the model is trained on text, by the built-in tokenizer
 * @param endOfText the id that ends a document; null: none does
 * @param gpus how each rank gets its GPU, where they compute on GPUs
 * @param progress how rank 0 is heard
 * @param hadoop how the executors reach that folder
 */
record TrainingPlan(
        TrainingSettings settings,
        TrainingSchedule schedule,
        int partitionGroupSize,
        TokenCounts counts,
        String runDirectory,
        boolean text,
        Integer endOfText,
        GpuTasks.Way gpus,
        ProgressSender progress,
        SerializableConfiguration hadoop)
        implements Serializable {}

package io.sparkmics.job.export;

import io.sparkmics.bootstrap.machine.NativeLibraries;
import io.sparkmics.checkpoint.CheckpointDamagedException;
import io.sparkmics.checkpoint.HuggingFaceFolder;
import io.sparkmics.job.cluster.Interruption;
import io.sparkmics.job.cluster.Json;
import io.sparkmics.job.cluster.NativeLoad;
import io.sparkmics.model.ModelConfig;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkException;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Makes a model that others can read of what the ranks have saved, in a Spark job of one task: no rank waits for the storage, and
 * where that fails this alone is tried again.
 */
public final class ModelExport {

    /** What Spark calls the end of a job that somebody has cancelled. */
    private static final String CANCELLED = "SPARK_JOB_CANCELLED";

    private static final Pattern OURS = Pattern.compile("Cannot [^\n]+");

    /** A storage may be away for a moment. */
    private static final List<Duration> BEFORE_TRIES =
            List.of(Duration.ZERO, Duration.ofSeconds(2), Duration.ofSeconds(10));

    private ModelExport() {}

    /**
     * What there is to make a model of.
     *
     * @param shards the folder that has the trained parameters: a checkpoint, or the result of a run without
     * @param text whether the model is trained on text, by the built-in tokenizer
     * @param pretrained the folder that the parameters started from, whose tokenizer the model keeps; empty: none
     * @param endOfTextId the token that the rows were ended with; negative: none
     * @param maxShardSize bytes of tensors in a file of the model, where there are several
     * @param runDirectory where the model goes, into a folder of its own
     */
    public record Source(
            ModelConfig model,
            String shards,
            boolean text,
            String pretrained,
            int endOfTextId,
            long maxShardSize,
            String runDirectory,
            SerializableConfiguration hadoop)
            implements Serializable {}

    /** There is no model: the storage does not take it, in several tries, or somebody has ended them. */
    public static final class FailedException extends IllegalStateException {

        private static final long serialVersionUID = 1L;

        private final boolean cancelled;

        FailedException(String target, SparkException cause, boolean cancelled) {
            super("Cannot write the model to " + target + ": " + reason(cause), cause);
            this.cancelled = cancelled;
        }

        /** Whether somebody has ended it. */
        public boolean cancelled() {
            return cancelled;
        }
    }

    /**
     * @param model null where there is none
     * @param damage what is wrong with the shards; else null
     */
    private record Outcome(WrittenModel model, String damage) {
        WrittenModel written() {
            if (damage != null) {
                throw new CheckpointDamagedException(damage, null);
            }
            return model;
        }
    }

    /**
     * @return what lies where
     * @throws FailedException when it cannot be written in several tries
     * @throws CheckpointDamagedException when what was trained is not as the ranks wrote it
     * @throws java.util.concurrent.CancellationException when the thread is interrupted, which it stays
     */
    public static WrittenModel run(JavaSparkContext spark, Source source) {
        SparkException last = null;
        boolean cancelled = false;
        for (Duration pause : BEFORE_TRIES) {
            try {
                Thread.sleep(pause.toMillis());
                return tried(spark, source);
            } catch (SparkException e) {
                last = e;
                cancelled = CANCELLED.equals(e.getCondition()) || spark.sc().isStopped();
                if (cancelled) {
                    break;
                }
            } catch (InterruptedException e) {
                throw Interruption.whileTraining(e);
            }
        }
        throw new FailedException(source.runDirectory(), last, cancelled);
    }

    /** Spark hands on what a task has thrown as text alone, with its stack. */
    private static String reason(SparkException failure) {
        String text = String.valueOf(failure.getMessage());
        Matcher ours = OURS.matcher(text);
        String reason = ours.find() ? ours.group() : text.lines().findFirst().orElse(text);
        return reason.endsWith(".") ? reason : reason + ".";
    }

    private static WrittenModel tried(JavaSparkContext spark, Source source) throws SparkException {
        String outcome = spark.parallelize(List.of(0), 1)
                .map(task -> Json.write(write(source)))
                .collect()
                .get(0);
        return Json.read(outcome, Outcome.class).written();
    }

    private static Outcome write(Source source) {
        NativeLoad.require(NativeLibraries::load);
        Path folder = new Path(
                source.runDirectory(), "model-" + TaskContext.get().taskAttemptId() + "/" + HuggingFaceFolder.NAME);
        try {
            return new Outcome(new ModelFolder(source, folder).write(), null);
        } catch (CheckpointDamagedException e) {
            // A task that fails Spark tries again by itself, and this would come to the same end.
            return new Outcome(null, e.getMessage());
        }
    }
}

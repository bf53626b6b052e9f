package io.sparkmics.params;

import io.sparkmics.job.settings.CheckpointSettings;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;

/**
 * What is kept of a run while it trains, how it goes on after a failure, and how it ends early.
 *
 * @param <T> the stage itself
 */
public interface CheckpointParams<T> extends Params {
    default LongParam checkpointInterval() {
        return new LongParam(
                uid(),
                "checkpointInterval",
                "steps between two checkpoints; -1: none are written",
                Allowed.atLeastOneOr("checkpointInterval", CheckpointSettings.NONE));
    }

    default long getCheckpointInterval() {
        return (long) getOrDefault(checkpointInterval());
    }

    default T setCheckpointInterval(long value) {
        return Fluent.set(this, checkpointInterval(), value);
    }

    default Param<String> checkpointDirectory() {
        return new Param<>(
                uid(),
                "checkpointDirectory",
                "where checkpoints are written and looked for, any Hadoop path that all hosts share; "
                        + "empty: on the command line, checkpoints in the output folder, else it must be set",
                String.class);
    }

    default String getCheckpointDirectory() {
        return getOrDefault(checkpointDirectory());
    }

    default T setCheckpointDirectory(String value) {
        return Fluent.set(this, checkpointDirectory(), value);
    }

    default IntParam keepCheckpoints() {
        return new IntParam(
                uid(),
                "keepCheckpoints",
                "how many of the newest checkpoints are kept",
                Allowed.atLeast("keepCheckpoints", 1));
    }

    default int getKeepCheckpoints() {
        return (int) getOrDefault(keepCheckpoints());
    }

    default T setKeepCheckpoints(int value) {
        return Fluent.set(this, keepCheckpoints(), value);
    }

    default LongParam keepEverySteps() {
        return new LongParam(
                uid(),
                "keepEverySteps",
                "checkpoints of every so many steps are kept too, a multiple of checkpointInterval; 0: the newest only",
                Allowed.atLeast("keepEverySteps", 0));
    }

    default long getKeepEverySteps() {
        return (long) getOrDefault(keepEverySteps());
    }

    default T setKeepEverySteps(long value) {
        return Fluent.set(this, keepEverySteps(), value);
    }

    default Param<String> resumeFrom() {
        return new Param<>(
                uid(),
                "resumeFrom",
                "the path of the checkpoint to go on from; or latest: the newest in checkpointDirectory, "
                        + "the first step where there is none; empty: the first step",
                String.class);
    }

    default String getResumeFrom() {
        return getOrDefault(resumeFrom());
    }

    default T setResumeFrom(String value) {
        return Fluent.set(this, resumeFrom(), value);
    }

    default IntParam maxRestarts() {
        return new IntParam(
                uid(),
                "maxRestarts",
                "how often training is begun again after a failure without a new checkpoint in between",
                Allowed.atLeast("maxRestarts", 0));
    }

    default int getMaxRestarts() {
        return (int) getOrDefault(maxRestarts());
    }

    default T setMaxRestarts(int value) {
        return Fluent.set(this, maxRestarts(), value);
    }

    default BooleanParam elasticWorkers() {
        return new BooleanParam(
                uid(),
                "elasticWorkers",
                "go on with fewer ranks than numWorkers where slots are missing after a failure");
    }

    default boolean getElasticWorkers() {
        return (boolean) getOrDefault(elasticWorkers());
    }

    default T setElasticWorkers(boolean value) {
        return Fluent.set(this, elasticWorkers(), value);
    }

    default Param<String> stopWhen() {
        return new Param<>(
                uid(),
                "stopWhen",
                "a file, any Hadoop path: when it appears, the run ends after the step under way and keeps its result; "
                        + "empty: none",
                String.class);
    }

    default String getStopWhen() {
        return getOrDefault(stopWhen());
    }

    default T setStopWhen(String value) {
        return Fluent.set(this, stopWhen(), value);
    }
}

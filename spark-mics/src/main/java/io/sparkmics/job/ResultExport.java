package io.sparkmics.job;

import io.sparkmics.checkpoint.CheckpointDamagedException;
import io.sparkmics.checkpoint.CheckpointFolder;
import io.sparkmics.checkpoint.TemporaryFolder;
import io.sparkmics.checkpoint.WeightsVersion;
import io.sparkmics.job.attempt.RunCheckpoints;
import io.sparkmics.job.cluster.JobDescription;
import io.sparkmics.job.cluster.WorkDirectory;
import io.sparkmics.job.export.ModelExport;
import io.sparkmics.job.settings.InputSettings;
import io.sparkmics.job.settings.TrainingSettings;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Makes the model of what a run has trained.
 *
 * @param folder of the run, into which the model goes
 */
record ResultExport(
        JavaSparkContext spark,
        TrainingSettings settings,
        Configuration hadoop,
        TemporaryFolder folder,
        PreparedRows rows,
        RunCheckpoints checkpoints) {

    /**
     * @param shards the folder that has the trained parameters
     * @throws IllegalStateException when there is none: with what can be done with what was trained
     */
    WeightsVersion run(CheckpointFolder shards) {
        ModelExport.Source source = new ModelExport.Source(
                settings.model(),
                shards.path().toString(),
                rows.text(),
                settings.pretrained().folder(),
                rows.endOfText().orElse(InputSettings.NO_END_OF_TEXT),
                settings.export().maxShardBytes(),
                folder.path().toString(),
                new SerializableConfiguration(hadoop));
        try (JobDescription description = JobDescription.of(spark.sc(), "Writing the model")) {
            return ModelExport.run(spark, source).require(hadoop);
        } catch (CheckpointDamagedException e) {
            checkpoints.fallBack(shards.path().toString());
            throw new IllegalStateException(
                    "Cannot make a model of what was trained, for it is damaged: " + e.getMessage() + leftAsItIs(shards)
                            + checkpoints.remedy(),
                    e);
        } catch (ModelExport.FailedException e) {
            throw new IllegalStateException(
                    e.getMessage() + (e.cancelled() ? checkpoints.remedy() : remedy(shards)), e);
        }
    }

    /** Perhaps people can make something of it. */
    private String leftAsItIs(CheckpointFolder shards) {
        if (!inFolder(shards) || !lasts()) {
            return "";
        }
        folder.keepOnly(shards.path().getName());
        return " It is left as it is, in " + shards.path() + ".";
    }

    /** What was trained must not be lost with the run's folder: hours of many ranks are in it. */
    private String remedy(CheckpointFolder shards) {
        if (!inFolder(shards)) {
            return checkpoints.remedy();
        }
        if (!lasts()) {
            return " What was trained is lost: it was in " + folder.path()
                    + ", a temporary folder, which is deleted. Set"
                    + " workDirectory to a path that stays, or write checkpoints, and train again.";
        }
        folder.keepOnly(shards.path().getName());
        long steps = shards.id().orElseThrow().step();
        return " What was trained is kept in " + shards.path() + ": with resumeFrom=" + shards.path()
                + (steps == rows.schedule().steps() ? "" : " and maxSteps=" + steps)
                + " only saving is left. Then delete it.";
    }

    private boolean inFolder(CheckpointFolder shards) {
        return shards.path().getParent().equals(folder.path());
    }

    private boolean lasts() {
        return WorkDirectory.lasts(settings.workDirectory().path(), folder.path());
    }
}

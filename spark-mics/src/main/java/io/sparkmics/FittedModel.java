package io.sparkmics;

import io.sparkmics.checkpoint.StoragePaths;
import io.sparkmics.checkpoint.WeightsVersion;
import io.sparkmics.job.TrainingResult;
import io.sparkmics.model.LossName;
import io.sparkmics.model.ModelName;
import io.sparkmics.monitor.LossPicture;
import io.sparkmics.monitor.MetricsLog;
import io.sparkmics.monitor.TrainingSummary;
import io.sparkmics.params.ModelParams;
import io.sparkmics.scoring.ModelSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.SparkSession;

/**
 * A trained model, whatever it says of rows. Its weights stay in files, which executors read: one JVM must have room for all of
 * them.
 *
 * <p>The weights that {@code fit} made lie in a folder of their own, until {@link #write} saves them or nothing
 * refers to them any more: no model, no copy of it, no frame that {@link #transform} made; at the latest until the application
 * ends. A loaded model reads them from the folder that it was loaded from, and refuses to be saved over it. Whatever was made
 * with weights that were replaced since fails instead of using others. A {@link org.apache.spark.ml.PipelineModel} cannot
 * refuse: saved with {@code overwrite()} over the path that it was loaded from, it loses the weights, as Spark deletes the
 * folder before it asks any stage.
 *
 * @param <M> the model itself
 */
public abstract class FittedModel<M extends FittedModel<M>> extends Model<M> implements ModelParams<M>, MLWritable {

    private static final long serialVersionUID = 1L;

    private final String uid;
    private final WeightsVersion weights;
    private final transient TrainingResult training;

    /** @param training how it was trained; null where it was loaded */
    FittedModel(String uid, WeightsVersion weights, TrainingResult training) {
        this.uid = uid;
        this.weights = weights;
        this.training = training;
    }

    @Override
    public String uid() {
        return uid;
    }

    /** Null where there are none. */
    WeightsVersion version() {
        return weights;
    }

    /** Null where it was loaded. */
    TrainingResult result() {
        return training;
    }

    /** @param fresh with the same uid, weights and training */
    M copied(M fresh, ParamMap extra) {
        return copyValues(fresh, extra).setParent(parent());
    }

    public boolean hasSummary() {
        return training != null;
    }

    /** How the training went; only where {@link #hasSummary}: a loaded model has none. */
    public TrainingSummary summary() {
        return training().summary();
    }

    /** As {@link #writeReport(String, Map)}, with nothing more. */
    public String writeReport(String folder) {
        return writeReport(folder, Map.of());
    }

    /**
     * Writes how the training went into a folder: {@code summary.json}, {@code metrics.jsonl} with a line a step, and {@code
     * loss.png}; only where {@link #hasSummary}.
     *
     * @param folder any Hadoop path
     * @param more what else {@code summary.json} shall tell, by names that it does not have yet
     * @return one line for people: where the picture is, or why there is none
     */
    public String writeReport(String folder, Map<String, ?> more) {
        Configuration hadoop = SparkSession.active().sessionState().newHadoopConf();
        Path path = qualified(folder, hadoop);
        TrainingSummary summary = summary();
        for (Map.Entry<String, ?> entry : more.entrySet()) {
            summary = summary.with(entry.getKey(), entry.getValue());
        }
        summary.write(path, hadoop);
        try (MetricsLog log = MetricsLog.open(path, hadoop)) {
            training().history().forEach(log);
        }
        return LossPicture.draw(
                        ModelName.withSizes(getModel()),
                        LossName.unit(getModel()),
                        training().history(),
                        path,
                        hadoop)
                .message();
    }

    private static Path qualified(String folder, Configuration hadoop) {
        try {
            return StoragePaths.qualified(folder, hadoop);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    TrainingResult training() {
        if (training == null) {
            throw new IllegalStateException("Cannot tell how the training of the model went: a summary is"
                    + " not saved with a model. Ask the model that fit returned.");
        }
        return training;
    }

    @Override
    public MLWriter write() {
        return new FittedModelWriter(this);
    }

    /**
     * As {@code write().save(folder)}, into a folder that may hold other files: they stay.
     *
     * @param overwrite whether a model that lies there may be written over
     */
    void saveInto(String folder, boolean overwrite) throws IOException {
        new FittedModelWriter(this).saveInto(folder, overwrite);
    }

    /** @throws IOException when {@link #saveInto} would refuse to write to that folder unless it may overwrite */
    static void requireRoom(String folder, Configuration hadoop) throws IOException {
        FittedModelWriter.requireRoom(StoragePaths.qualified(folder, hadoop), hadoop);
    }

    /** As spark.ml's models: the uid is its estimator's, and does not say what this is. */
    @Override
    public String toString() {
        return getClass().getSimpleName() + ": uid=" + uid + ", "
                + (weights == null
                        ? "without weights"
                        : ModelName.withParameters(
                                getModel(), getModel().build().size()));
    }

    /** The weights that this model was made with. */
    WeightsVersion weights() {
        if (weights == null) {
            throw new IllegalStateException(
                    "Cannot use the model: it has no weights. Train or load one instead of constructing it.");
        }
        return weights;
    }

    ModelSource source(SparkSession session) {
        return ModelSource.of(getModel(), weights(), training == null ? null : training.folder(), session);
    }
}

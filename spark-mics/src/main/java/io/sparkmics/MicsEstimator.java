package io.sparkmics;

import io.sparkmics.data.Columns;
import io.sparkmics.job.TrainingJob;
import io.sparkmics.job.TrainingResult;
import io.sparkmics.job.settings.TrainingSettings;
import io.sparkmics.monitor.StepMetrics;
import io.sparkmics.params.ClusterParams;
import io.sparkmics.params.Defaults;
import io.sparkmics.params.OptimizerParams;
import io.sparkmics.params.ParamValues;
import io.sparkmics.params.ScheduleParams;
import io.sparkmics.params.ScoringParams;
import io.sparkmics.scoring.Scoring;
import java.time.Duration;
import java.util.function.Consumer;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.types.StructType;

/**
 * Trains a model from the rows of a DataFrame, sharded by MiCS over the ranks of a Spark barrier stage.
 *
 * <p>{@link #fit} returns when the trained weights lie in the work directory, from where {@link MicsModel} reads and saves
 * them. It fails with one message that tells all that is wrong with settings, columns and cluster before a rank starts.
 */
public final class MicsEstimator extends Estimator<MicsModel>
        implements ScoringParams<MicsEstimator>,
                ScheduleParams<MicsEstimator>,
                OptimizerParams<MicsEstimator>,
                ClusterParams<MicsEstimator>,
                DefaultParamsWritable {

    private static final long serialVersionUID = 1L;

    private final String uid;

    public MicsEstimator() {
        this(Identifiable$.MODULE$.randomUID("MicsEstimator"));
    }

    public MicsEstimator(String uid) {
        this.uid = uid;
        Defaults.of((ScoringParams<?>) this);
        Defaults.of((ScheduleParams<?>) this);
        Defaults.of((OptimizerParams<?>) this);
        Defaults.of((ClusterParams<?>) this);
    }

    @Override
    public String uid() {
        return uid;
    }

    @Override
    public MicsModel fit(Dataset<?> frame) {
        return fit(frame, step -> {});
    }

    /** @param listener hears of the steps as they are done: see {@link TrainingJob#run} */
    MicsModel fit(Dataset<?> frame, Consumer<StepMetrics> listener) {
        TrainingResult result = TrainingJob.run(frame, settings(), listener).with("settings", ParamValues.of(this));
        MicsModel model = new MicsModel(uid, result.weights(), result);
        return copyValues(model.setParent(this), ParamMap.empty());
    }

    @Override
    public StructType transformSchema(StructType schema) {
        Columns columns = new Columns(schema).requireTokens(getInputCol()).requireNew(getLossCol(), getTokenCountCol());
        if (!getValidationIndicatorCol().isEmpty()) {
            columns.requireIndicator(getValidationIndicatorCol());
        }
        columns.check();
        return new Scoring(getInputCol(), getLossCol(), getTokenCountCol()).schema(schema);
    }

    @Override
    public MicsEstimator copy(ParamMap extra) {
        return defaultCopy(extra);
    }

    public static MLReader<MicsEstimator> read() {
        return new MicsEstimatorReader();
    }

    public static MicsEstimator load(String path) {
        return read().load(path);
    }

    TrainingSettings settings() {
        boolean endless = getMaxSteps() == 0 && getMaxEpochs() == 0;
        return new TrainingSettings(
                getModel(),
                getInputCol(),
                getValidationIndicatorCol(),
                getEndOfTextId(),
                getNumWorkers(),
                getPartitionGroupSize(),
                getGlobalBatchSize(),
                getMicroBatchSize(),
                getMaxSteps(),
                endless ? 1 : getMaxEpochs(),
                getLearningRate(),
                getWarmUpSteps(),
                getMinimumLearningRateRatio(),
                getWeightDecay(),
                getBeta1(),
                getBeta2(),
                getEpsilon(),
                getGradientClipping(),
                getOptimizer(),
                getGather(),
                getEvaluateEvery(),
                getSeed(),
                getDeviceType(),
                getPrecision(),
                getReductionPrecision(),
                getWorkDirectory(),
                getSharedWorkDirectory(),
                Duration.ofSeconds(getSlotTimeout()),
                Duration.ofSeconds(getCollectiveTimeout()),
                getAcceptPlainTextCollectives(),
                getCheckCollectives());
    }
}

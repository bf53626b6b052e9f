package io.sparkmics;

import io.sparkmics.checkpoint.StoragePaths;
import io.sparkmics.checkpoint.pretrained.AdapterFolder;
import io.sparkmics.checkpoint.pretrained.PretrainedFolder;
import io.sparkmics.job.TrainingJob;
import io.sparkmics.job.TrainingResult;
import io.sparkmics.job.settings.CheckpointSettings;
import io.sparkmics.job.settings.CollectiveSettings;
import io.sparkmics.job.settings.ComputeSettings;
import io.sparkmics.job.settings.EarlyStoppingSettings;
import io.sparkmics.job.settings.ExportSettings;
import io.sparkmics.job.settings.InputSettings;
import io.sparkmics.job.settings.OptimizationSettings;
import io.sparkmics.job.settings.PretrainedSettings;
import io.sparkmics.job.settings.RecoverySettings;
import io.sparkmics.job.settings.ScheduleSettings;
import io.sparkmics.job.settings.TrainingSettings;
import io.sparkmics.job.settings.WorkDirectorySettings;
import io.sparkmics.job.settings.WorldSettings;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.lora.Lora;
import io.sparkmics.monitor.StepListener;
import io.sparkmics.monitor.StopCondition;
import io.sparkmics.params.CheckpointParams;
import io.sparkmics.params.ClusterParams;
import io.sparkmics.params.Defaults;
import io.sparkmics.params.EarlyStoppingParams;
import io.sparkmics.params.LoraParams;
import io.sparkmics.params.ModelDeclaration;
import io.sparkmics.params.ModelParams;
import io.sparkmics.params.OptimizerParams;
import io.sparkmics.params.ParamValues;
import io.sparkmics.params.PretrainedParams;
import io.sparkmics.params.ScheduleParams;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.sql.Dataset;

/**
 * Trains a model from the rows of a DataFrame, sharded by MiCS over the ranks of a Spark barrier stage.
 *
 * <p>{@link #fit} returns when the trained weights lie in the work directory, from where the model reads and saves
 * them. It fails with one message that tells all that is wrong with settings, columns and cluster before a rank starts.
 *
 * @param <E> the estimator itself
 * @param <M> what it makes
 */
public abstract class TrainingEstimator<E extends TrainingEstimator<E, M>, M extends FittedModel<M>>
        extends Estimator<M>
        implements ModelParams<E>,
                PretrainedParams<E>,
                LoraParams<E>,
                ScheduleParams<E>,
                EarlyStoppingParams<E>,
                OptimizerParams<E>,
                ClusterParams<E>,
                CheckpointParams<E>,
                DefaultParamsWritable {

    private static final long serialVersionUID = 1L;

    private final String uid;

    /** Not a param: it cannot be saved. Null: none. */
    private transient StopCondition stopCondition;

    TrainingEstimator(String uid) {
        this.uid = uid;
        Defaults.of((PretrainedParams<?>) this);
        Defaults.of((LoraParams<?>) this);
        Defaults.of((ScheduleParams<?>) this);
        Defaults.of((EarlyStoppingParams<?>) this);
        Defaults.of((OptimizerParams<?>) this);
        Defaults.of((ClusterParams<?>) this);
        Defaults.of((CheckpointParams<?>) this);
    }

    @Override
    public String uid() {
        return uid;
    }

    /** What of the rows is trained on. */
    abstract InputSettings inputSettings();

    /** The model that a run has trained; its params are set by who asks. */
    abstract M fitted(TrainingResult result);

    /**
     * Another copy in which something is set that the rows or a folder were to say; itself where nothing is left that they can
     * say. What is wrong with them is told later, with all else that is.
     */
    E decided(Dataset<?> frame) {
        return describesAdapter()
                ? asAdapter(frame.sparkSession().sessionState().newHadoopConf())
                : self();
    }

    @SuppressWarnings("unchecked")
    private E self() {
        return (E) this;
    }

    @Override
    public M fit(Dataset<?> frame) {
        return fit(frame, step -> {});
    }

    /** @param listener hears of the steps as they are done: see {@link TrainingJob#run} */
    M fit(Dataset<?> frame, StepListener listener) {
        if (describesModel()) {
            E described = copy(ParamMap.empty());
            described.setDescribedModel(frame.sparkSession().sessionState().newHadoopConf());
            return described.fit(frame, listener).setParent(this);
        }
        E decided = decided(frame);
        if (decided != this) {
            return decided.fit(frame, listener).setParent(this);
        }
        ModelDeclaration.warning(getModel()).ifPresent(System.err::println);
        StopCondition stop = stopCondition == null ? StopCondition.NEVER : stopCondition;
        TrainingResult result =
                TrainingJob.run(frame, settings(), listener, stop).with("settings", ParamValues.of(this));
        return copyValues(fitted(result).setParent(this), ParamMap.empty());
    }

    @Override
    public abstract E copy(ParamMap extra);

    /** What a copy has besides params. */
    E copied(E copy) {
        ((TrainingEstimator<?, ?>) copy).stopCondition = stopCondition;
        return copy;
    }

    private boolean describesModel() {
        return !isDefined(model()) && !getInitialModel().isBlank();
    }

    /** What this estimator makes of the model that a folder describes. */
    ModelConfig suited(ModelConfig described) {
        return described;
    }

    /** Where no model is set, and parameters start from a folder: sets the one that it describes. */
    void setDescribedModel(Configuration hadoop) {
        if (describesModel()) {
            try {
                setModel(suited(PretrainedFolder.config(StoragePaths.qualified(getInitialModel(), hadoop), hadoop)));
            } catch (IOException e) {
                throw new IllegalArgumentException("Cannot start from initialModel: " + e.getMessage(), e);
            }
        }
    }

    private boolean describesAdapter() {
        return !getInitialAdapter().isBlank()
                && !(isSet(loraRank()) && isSet(loraAlpha()) && isSet(loraDropout()) && isSet(loraTargets()));
    }

    /** A copy where what of rank, alpha, dropout and targets is not set is as the adapter has it that is gone on from. */
    private E asAdapter(Configuration hadoop) {
        Lora lora;
        try {
            lora = AdapterFolder.open(StoragePaths.qualified(getInitialAdapter(), hadoop), hadoop)
                    .lora(getModel().build());
        } catch (IOException | RuntimeException e) {
            // The folder, or the model, which may be anybody's code: both are looked at again, and all that is wrong is
            // told.
            return self();
        }
        E described = copy(ParamMap.empty());
        described.setLoraRank(isSet(loraRank()) ? getLoraRank() : lora.rank());
        described.setLoraAlpha(isSet(loraAlpha()) ? getLoraAlpha() : lora.alpha());
        described.setLoraDropout(isSet(loraDropout()) ? getLoraDropout() : lora.dropout());
        described.setLoraTargets(isSet(loraTargets()) ? getLoraTargets() : String.join(",", lora.targets()));
        return described;
    }

    /**
     * Ends runs early by what their steps say; beside the file of {@link #stopWhen}. Copies of the estimator have it, a saved
     * estimator has not.
     */
    @SuppressWarnings("unchecked")
    public E setStopWhen(StopCondition condition) {
        stopCondition = Objects.requireNonNull(condition, "condition is null");
        return (E) this;
    }

    TrainingSettings settings() {
        return new TrainingSettings(
                adapted(getModel()),
                new PretrainedSettings(getInitialModel(), getInitialAdapter()),
                inputSettings(),
                new WorldSettings(getNumWorkers(), getPartitionGroupSize(), getGlobalBatchSize(), getMicroBatchSize()),
                scheduleSettings(),
                new EarlyStoppingSettings(getEarlyStoppingPatience(), getEarlyStoppingMinDelta()),
                optimizationSettings(),
                new ComputeSettings(
                        getDeviceType(),
                        getPrecision(),
                        getReductionPrecision(),
                        getReplicationPrecision(),
                        getActivationCheckpointing()),
                new CollectiveSettings(
                        getGather(), getGathersAhead(), getAcceptPlainTextCollectives(), getCheckCollectives()),
                new WorkDirectorySettings(getWorkDirectory(), getSharedWorkDirectory()),
                new ExportSettings(getMaxShardSize()),
                checkpointSettings(),
                recoverySettings());
    }

    private ScheduleSettings scheduleSettings() {
        boolean endless = getMaxSteps() == 0 && getMaxEpochs() == 0;
        return new ScheduleSettings(getMaxSteps(), endless ? 1 : getMaxEpochs(), getEvaluateEvery(), getSeed());
    }

    private OptimizationSettings optimizationSettings() {
        return new OptimizationSettings(
                getOptimizer(),
                getLearningRate(),
                getWarmUpSteps(),
                getMinimumLearningRateRatio(),
                getWeightDecay(),
                getBeta1(),
                getBeta2(),
                getEpsilon(),
                getGradientClipping());
    }

    private CheckpointSettings checkpointSettings() {
        return new CheckpointSettings(
                getCheckpointInterval(),
                getCheckpointDirectory(),
                getKeepCheckpoints(),
                getKeepEverySteps(),
                getResumeFrom());
    }

    private RecoverySettings recoverySettings() {
        return new RecoverySettings(
                getMaxRestarts(),
                getElasticWorkers(),
                Duration.ofSeconds(getSlotTimeout()),
                Duration.ofSeconds(getCollectiveTimeout()),
                getStopWhen());
    }
}

package io.sparkmics.job.settings;

import io.sparkmics.engine.EngineSettings;
import io.sparkmics.engine.OverlapSettings;
import io.sparkmics.engine.SequenceSettings;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.RowLayout;
import io.sparkmics.plan.DocumentMask;
import io.sparkmics.plan.MemoryModel;
import io.sparkmics.plan.step.Work;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/**
 * All that a training run needs besides the rows; plain values that travel to the executors.
 *
 * <p>Nothing is checked here but in {@link #problems()}, so that all that is wrong can be said at once.
 */
public record TrainingSettings(
        ModelConfig model,
        PretrainedSettings pretrained,
        InputSettings input,
        WorldSettings world,
        ScheduleSettings schedule,
        EarlyStoppingSettings earlyStopping,
        OptimizationSettings optimization,
        ComputeSettings compute,
        CollectiveSettings collectives,
        WorkDirectorySettings workDirectory,
        ExportSettings export,
        CheckpointSettings checkpoint,
        RecoverySettings recovery)
        implements Serializable {

    public EngineSettings engineSettings() {
        return new EngineSettings(
                        optimization.optimizerSettings(),
                        optimization.gradientClipping(),
                        schedule.seed(),
                        compute.enginePrecision(),
                        compute.engineReductionPrecision())
                .withReplication(compute.engineReplicationPrecision())
                .with(compute.engineCheckpointing())
                .with(OverlapSettings.STANDARD.withGathersAhead(collectives.gathersAhead()))
                .with(input.responses() ? SequenceSettings.RESPONSES : SequenceSettings.STREAM);
    }

    /** The same, now that it is known whether ranks compute on GPUs: what was left to that is decided. */
    public TrainingSettings on(boolean cuda) {
        return new TrainingSettings(
                model,
                pretrained,
                input,
                world,
                schedule,
                earlyStopping,
                optimization,
                compute.on(cuda),
                collectives,
                workDirectory,
                export,
                checkpoint,
                recovery);
    }

    /** The same, with another folder to start from. */
    public TrainingSettings from(PretrainedSettings other) {
        return new TrainingSettings(
                model,
                other,
                input,
                world,
                schedule,
                earlyStopping,
                optimization,
                compute,
                collectives,
                workDirectory,
                export,
                checkpoint,
                recovery);
    }

    /** As in {@code precision auto chose float32: ranks compute on CPUs}; empty where the user chose. */
    public Optional<String> choices(boolean cuda) {
        return compute.automatic()
                ? Optional.of("precision auto chose " + compute.on(cuda).precision() + ": ranks compute on "
                        + (cuda ? "GPUs" : "CPUs"))
                : Optional.empty();
    }

    /** How a row becomes tensors; empty where sequences are cut out of a stream of tokens. */
    public Optional<RowLayout> layout() {
        return input.rows().isEmpty() ? Optional.empty() : Optional.of(input.layout(model));
    }

    /** What the plan knows of the model and its types. */
    public MemoryModel memoryModel() {
        return engineSettings().memoryModel(model.build());
    }

    /**
     * What it knows of a micro-batch: see {@link #memoryModel()} for the model.
     *
     * @param cuda whether ranks compute on GPUs
     */
    public Work work(MemoryModel memory, boolean cuda) {
        return PlannedWork.of(
                model, engineSettings(), memory, world.microBatchSize(), activationBytes(memory, cuda), cuda);
    }

    /**
     * What it knows of what a micro-batch keeps until its backward pass.
     *
     * @param cuda whether ranks compute on GPUs
     */
    public long activationBytes(MemoryModel memory, boolean cuda) {
        int sequences = world.microBatchSize();
        int length = model.context();
        long documents = input.separateDocuments()
                ? DocumentMask.bytes(sequences, length, memory.elements().compute())
                : 0;
        return engineSettings().activationModel(model, cuda).bytes(sequences, length) + documents;
    }

    /** Whether states are copied and written while it trains. */
    public boolean savesWhileTraining() {
        return checkpoint.writes() || earlyStopping.active();
    }

    /** Everything that is wrong with the values alone, one sentence each; empty when nothing is. */
    public List<String> problems() {
        return new SettingsCheck(this).problems();
    }
}

package io.sparkmics.job.settings;

import io.sparkmics.model.ModelConfig;
import java.time.Duration;

/** Settings that nothing is wrong with, for tests to change a subject of. */
public final class GoodSettings {

    private final ModelConfig model;
    private PretrainedSettings pretrained = new PretrainedSettings("", "");
    private InputSettings input = new InputSettings("text", "", InputSettings.NO_END_OF_TEXT, false);
    private WorldSettings world = new WorldSettings(4, 2, 32, 4);
    private ScheduleSettings schedule = new ScheduleSettings(10, 0, 0, 1);
    private EarlyStoppingSettings earlyStopping = new EarlyStoppingSettings(0, 0);
    private OptimizationSettings optimization =
            new OptimizationSettings("adamw", 1e-3, 0, 0.1, 0.1, 0.9, 0.95, 1e-8, 1);
    private ComputeSettings compute = new ComputeSettings("auto", "float32", "float32", "float32", 0);
    private CollectiveSettings collectives = new CollectiveSettings("auto", 1, false, false);
    private WorkDirectorySettings workDirectory = new WorkDirectorySettings("", false);
    private CheckpointSettings checkpoint = new CheckpointSettings(CheckpointSettings.NONE, "", 2, 0, "");
    private RecoverySettings recovery =
            new RecoverySettings(3, false, Duration.ofSeconds(1), Duration.ofSeconds(10), "");

    private GoodSettings(ModelConfig model) {
        this.model = model;
    }

    public static GoodSettings of(ModelConfig model) {
        return new GoodSettings(model);
    }

    public GoodSettings with(PretrainedSettings changed) {
        pretrained = changed;
        return this;
    }

    public GoodSettings with(InputSettings changed) {
        input = changed;
        return this;
    }

    public GoodSettings with(WorldSettings changed) {
        world = changed;
        return this;
    }

    public GoodSettings with(ScheduleSettings changed) {
        schedule = changed;
        return this;
    }

    public GoodSettings with(EarlyStoppingSettings changed) {
        earlyStopping = changed;
        return this;
    }

    public GoodSettings with(OptimizationSettings changed) {
        optimization = changed;
        return this;
    }

    public GoodSettings with(ComputeSettings changed) {
        compute = changed;
        return this;
    }

    public GoodSettings with(CollectiveSettings changed) {
        collectives = changed;
        return this;
    }

    public GoodSettings with(WorkDirectorySettings changed) {
        workDirectory = changed;
        return this;
    }

    public GoodSettings with(CheckpointSettings changed) {
        checkpoint = changed;
        return this;
    }

    public GoodSettings with(RecoverySettings changed) {
        recovery = changed;
        return this;
    }

    public TrainingSettings build() {
        return new TrainingSettings(
                model,
                pretrained,
                input,
                world,
                schedule,
                earlyStopping,
                optimization,
                compute,
                collectives,
                workDirectory,
                new ExportSettings("5GB"),
                checkpoint,
                recovery);
    }
}

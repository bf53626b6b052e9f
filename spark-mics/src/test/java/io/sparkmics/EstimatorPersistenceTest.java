package io.sparkmics;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.job.settings.CheckpointSettings;
import io.sparkmics.model.Gpt;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EstimatorPersistenceTest {

    @TempDir
    Path folder;

    private final MicsEstimator estimator = new MicsEstimator()
            .setModel(Gpt.config().layers(2).width(48))
            .setNumWorkers(4)
            .setLearningRate(1e-3)
            .setMaxSteps(1L << 40)
            .setSharedWorkDirectory(true)
            .setCheckpointInterval(50)
            .setCheckpointDirectory("hdfs:///checkpoints")
            .setKeepCheckpoints(3)
            .setKeepEverySteps(500)
            .setMaxRestarts(1)
            .setElasticWorkers(true)
            .setStopWhen("hdfs:///stop");

    @BeforeEach
    void start() {
        LocalSpark.session();
    }

    @Test
    void aSavedEstimatorIsLoadedWithAllItsParams() throws IOException {
        String path = folder.resolve("estimator").toString();
        estimator.write().overwrite().save(path);

        MicsEstimator loaded = MicsEstimator.load(path);

        assertThat(loaded.uid()).isEqualTo(estimator.uid());
        assertThat(loaded.settings()).isEqualTo(estimator.settings());
        assertThat(loaded.explainParams()).isEqualTo(estimator.explainParams());
        assertThat(loaded.isSet(loaded.seed())).isFalse();
    }

    @Test
    void aLoadedEstimatorCanBeToldToGoOnFromTheLatestCheckpoint() throws IOException {
        String path = folder.resolve("estimator").toString();
        estimator.write().overwrite().save(path);

        MicsEstimator loaded = MicsEstimator.load(path).setResumeFrom("latest");

        assertThat(loaded.settings().checkpoint())
                .isEqualTo(new CheckpointSettings(50, "hdfs:///checkpoints", 3, 500, CheckpointSettings.LATEST));
        assertThat(loaded.settings().problems()).isEmpty();
    }

    @Test
    void aPipelineThatHoldsOneIsLoadedWithIt() throws IOException {
        String path = folder.resolve("pipeline").toString();
        new Pipeline()
                .setStages(new PipelineStage[] {estimator})
                .write()
                .overwrite()
                .save(path);

        PipelineStage loaded = Pipeline.load(path).getStages()[0];

        assertThat(loaded)
                .isInstanceOfSatisfying(
                        MicsEstimator.class,
                        stage -> assertThat(stage.settings()).isEqualTo(estimator.settings()));
    }
}

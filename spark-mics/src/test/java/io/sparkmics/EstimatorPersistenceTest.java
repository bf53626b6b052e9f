package io.sparkmics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.job.settings.CheckpointSettings;
import io.sparkmics.model.Gpt;
import io.sparkmics.params.ConfigOnly;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
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
    void anEstimatorThatWasSavedWhenPrecisionWasFloat32ByDefaultKeepsIt() throws IOException {
        Path saved = folder.resolve("estimator");
        estimator.write().overwrite().save(saved.toString());
        try (Stream<Path> parts = Files.list(saved.resolve("metadata"))) {
            Path part = parts.filter(file -> file.getFileName().toString().startsWith("part-"))
                    .findFirst()
                    .orElseThrow();
            String metadata = Files.readString(part);
            assertThat(metadata).contains("\"precision\":\"auto\"");
            Files.writeString(part, metadata.replace("\"precision\":\"auto\"", "\"precision\":\"float32\""));
            Files.deleteIfExists(part.resolveSibling("." + part.getFileName() + ".crc"));
        }

        MicsEstimator loaded = MicsEstimator.load(saved.toString());

        assertThat(loaded.getPrecision()).isEqualTo("float32");
        assertThat(loaded.settings().on(true).compute().precision()).isEqualTo("float32");
        assertThat(loaded.isSet(loaded.precision())).isFalse();
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

    /** A model's configuration that nobody has declared. */
    @SuppressWarnings("unused")
    record Planted(int layers) implements ConfigOnly {

        static {
            LOADED.set(true);
        }
    }

    private static final AtomicBoolean LOADED = new AtomicBoolean();

    @Test
    void aFolderCannotChooseWhichClassRuns() throws IOException {
        Path path = folder.resolve("estimator");
        estimator.write().overwrite().save(path.toString());
        plant(path.resolve("metadata"), Planted.class.getName());

        assertThatThrownBy(() -> MicsEstimator.load(path.toString()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot read the model's configuration: nothing on the class path declares "
                        + Planted.class.getName() + " as one");
        assertThat(LOADED).isFalse();
    }

    private static void plant(Path metadata, String name) throws IOException {
        try (Stream<Path> files = Files.list(metadata)) {
            for (Path file : files.toList()) {
                if (file.getFileName().toString().endsWith(".crc")) {
                    Files.delete(file);
                } else {
                    String text = Files.readString(file);
                    Files.writeString(file, text.replace("io.sparkmics.model.GptConfig", name));
                }
            }
        }
    }
}

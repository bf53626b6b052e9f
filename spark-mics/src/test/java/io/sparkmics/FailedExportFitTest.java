package io.sparkmics;

import static io.sparkmics.SmallFit.texts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.sparkmics.checkpoint.FaultyFileSystem;
import io.sparkmics.monitor.StepListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run without checkpoints whose storage takes what was trained, and not the model that is made of it. */
class FailedExportFitTest {

    private static final int STEPS = 3;

    private final String temporaryFiles = System.getProperty("java.io.tmpdir");

    @TempDir
    Path folder;

    @TempDir
    Path others;

    @BeforeEach
    void knowTheStorage() {
        LocalSpark.session().conf().set("fs.faulty.impl", FaultyFileSystem.class.getName());
    }

    @AfterEach
    void everythingIsAsItWas() {
        FaultyFileSystem.set((path, bytes) -> {});
        System.setProperty("java.io.tmpdir", temporaryFiles);
    }

    private MicsEstimator estimator() {
        return SmallFit.estimator(others, STEPS).setWarmUpSteps(0);
    }

    @Test
    void whatWasTrainedIsKeptAndOnlySavingIsLeft() {
        MicsModel undisturbed = estimator().fit(texts());
        FaultyFileSystem.set((path, bytes) -> {
            if (path.getName().equals("config.json")) {
                throw new IOException("no models today");
            }
        });

        Throwable failure = catchThrowable(
                () -> estimator().setWorkDirectory("faulty:" + folder).fit(texts()));
        assertThat(failure).isInstanceOf(IllegalStateException.class);
        Matcher kept = Pattern.compile(
                        "Cannot write the model to (faulty:\\S+): Cannot write \\S+/config.json: no models"
                                + " today\\.? What was trained is kept in (faulty:\\S+): with resumeFrom=\\2 only saving is left\\. Then"
                                + " delete it\\.")
                .matcher(failure.getMessage());
        assertThat(kept.matches()).as(failure.getMessage()).isTrue();
        String shards = kept.group(2);
        assertThat(CheckpointedFits.names(folder))
                .singleElement()
                .satisfies(run -> assertThat(CheckpointedFits.names(folder.resolve(run)))
                        .containsExactly(shards.substring(shards.lastIndexOf('/') + 1)));
        assertThatThrownBy(() ->
                        estimator().setMaxSteps(STEPS + 1).setResumeFrom(shards).fit(texts()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "Cannot go on from " + shards + ": it has the parameters alone, so that nothing can be trained"
                                + " on, and 3 of 4 steps are done. Set maxSteps to 3 to make the model of it, or leave resumeFrom"
                                + " empty to begin with new parameters.");

        MicsModel saved = estimator().setResumeFrom(shards).fit(texts());
        assertThat(CheckpointedFits.weights(saved)).isEqualTo(CheckpointedFits.weights(undisturbed));
        assertThat(CheckpointedFits.history(saved)).isEqualTo(CheckpointedFits.history(undisturbed));
        assertThat(saved.summary().finalLoss()).isEqualTo(undisturbed.summary().finalLoss());
    }

    @Test
    void inATemporaryFolderItIsLostWhichIsSaid() throws IOException {
        System.setProperty("java.io.tmpdir", folder.toString());
        // A file where each of the next tasks would make the folder of its model.
        long next = JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext())
                .parallelize(List.of(0), 1)
                .map(number -> TaskContext.get().taskAttemptId())
                .first();
        StepListener inTheWay = step -> {
            if (step.step() == STEPS) {
                for (long task = next; task < next + 300; task++) {
                    create(run().resolve("model-" + task));
                }
            }
        };

        assertThatThrownBy(() -> estimator().setWorkDirectory("").fit(texts(), inTheWay))
                .isInstanceOf(IllegalStateException.class)
                .message()
                .startsWith("Cannot write the model to file:" + folder.toRealPath() + "/spark-mics-run-")
                .containsPattern(
                        " What was trained is lost: it was in file:\\S+/spark-mics-run-\\S+, a temporary folder, which"
                                + " is deleted\\. Set workDirectory to a path that stays, or write checkpoints, and train again\\.$");
        assertThat(CheckpointedFits.names(folder)).noneMatch(name -> name.startsWith("spark-mics-run-"));
    }

    private Path run() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith("spark-mics-run-"))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void create(Path file) {
        try {
            Files.createFile(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package io.sparkmics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("cluster")
class MicsModelSaveTest {

    @TempDir
    Path folder;

    private static MicsEstimator estimator;
    private static MicsModel model;

    @BeforeAll
    static void train() {
        Dataset<Row> frame = TrainedModel.frame();
        estimator = TrainedModel.estimator();
        model = estimator.fit(frame);
    }

    @Test
    void aSavedModelScoresAndWritesAsBefore() throws IOException {
        String path = folder.resolve("model").toString();
        model.write().overwrite().save(path);
        model.write().overwrite().save(path);

        MicsModel loaded = MicsModel.load(path);

        assertThat(Path.of(path, "huggingface", "config.json")).isNotEmptyFile();
        assertThat(Path.of(path, "huggingface", "tokenizer.json")).isNotEmptyFile();
        assertThat(Path.of(path, "huggingface", "model.safetensors")).isNotEmptyFile();
        assertThat(loaded.uid()).isEqualTo(model.uid());
        assertThat(TrainedModel.byId(loaded.transform(TrainedModel.frame())))
                .isEqualTo(TrainedModel.byId(model.transform(TrainedModel.frame())));
        assertThat(loaded.generate("the", 20)).isEqualTo(model.generate("the", 20));
        assertThat(loaded.hasSummary()).isFalse();
        assertThatThrownBy(loaded::summary)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("a summary is not saved with a model");
    }

    @Test
    void aModelIsNotSavedOverItself() throws IOException {
        String path = folder.resolve("model").toString();
        model.write().save(path);
        MicsModel loaded = MicsModel.load(path);

        assertThatThrownBy(() -> loaded.write().overwrite().save(path))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("its own weights are read from there. Save it to another folder.");
        assertThat(loaded.transform(TrainedModel.frame()).count()).isEqualTo(60);
    }

    @Test
    void aModelIsSavedBesideOtherFilesOfAFolder() throws IOException {
        Path metrics = Files.writeString(folder.resolve("metrics.jsonl"), "{}\n");

        model.saveInto(folder.toString(), false);

        assertThat(MicsModel.load(folder.toString()).generate("the", 5)).isEqualTo(model.generate("the", 5));
        assertThatThrownBy(() -> model.saveInto(folder.toString(), false))
                .isInstanceOf(IOException.class)
                .hasMessage("Cannot save a model to file:" + folder.toRealPath() + ": metadata of an earlier one lies"
                        + " there. Choose another folder, or overwrite it (--overwrite on the command line).");
        Path left = Files.writeString(folder.resolve("huggingface/of-another-model"), "");
        model.saveInto(folder.toString(), true);
        assertThat(metrics).hasContent("{}");
        assertThat(left).doesNotExist();
        MicsModel loaded = MicsModel.load(folder.toString());
        assertThatThrownBy(() -> loaded.saveInto(folder.toString(), true))
                .hasMessageEndingWith("its own weights are read from there. Save it to another folder.");
        assertThat(loaded.generate("the", 5)).isEqualTo(model.generate("the", 5));
    }

    @Test
    void whatOnlyAnExecutorSeesIsNotSaved() throws IOException {
        LocalSpark.session().conf().set(PerHostFileSystem.SETTING, PerHostFileSystem.class.getName());
        String path = "perhost:" + folder.toRealPath() + "/shared/model";

        assertThatThrownBy(() -> model.write().save(path))
                .hasMessageStartingWith("Cannot save the model to " + path + "/huggingface: host ")
                .hasMessageContaining(" has copied {checksums.json=")
                .hasMessageEndingWith(
                        "bytes there, and the driver finds {}. Save it to a path that the driver and all executors share.");
        assertThat(folder.resolve("executor/model/huggingface/model.safetensors"))
                .isNotEmptyFile();
        assertThat(folder.resolve("shared/model/metadata")).doesNotExist();
    }

    @Test
    void metadataThatOnlyAnExecutorSeesIsNotSavedEither() throws IOException {
        LocalSpark.session().conf().set(PerHostFileSystem.SETTING, PerHostFileSystem.class.getName());
        Path weights = Files.createDirectories(folder.resolve("shared/model/huggingface"));
        Files.createDirectories(folder.resolve("executor/model"));
        Files.createSymbolicLink(folder.resolve("executor/model/huggingface"), weights);
        String path = "perhost:" + folder.toRealPath() + "/shared/model";

        assertThatThrownBy(() -> new FittedModelWriter(model).saveImpl(path))
                .hasMessage(
                        "Cannot save the model to " + path + "/metadata: the driver does not find"
                                + " there what an executor has written. Save it to a path that the driver and all executors share.");
    }

    @Test
    void metadataThatNoSavingFinishedAreSaid() throws IOException {
        Files.createDirectories(folder.resolve("broken/metadata/_temporary"));

        assertThatThrownBy(() -> MicsModel.load(folder + "/broken"))
                .hasMessageStartingWith("Cannot load a MicsModel from file:" + folder.toRealPath()
                        + "/broken: its metadata cannot be read, as where a saving broke off (")
                .hasMessageEndingWith("). Save it again.");
    }

    @Test
    void aFolderIsKnownByWhatItIs() throws IOException {
        Path saved = folder.resolve("parent/model");
        model.write().save(saved.toString());
        Path link = Files.createSymbolicLink(folder.resolve("link"), saved);
        Path upwards = Files.createSymbolicLink(folder.resolve("upwards"), folder.resolve("parent"));
        MicsModel direct = MicsModel.load(saved.toString());
        MicsModel linked = MicsModel.load(link.toString());

        for (String spelled : List.of(
                saved.toString(),
                "file://" + saved,
                saved + "/../model/",
                saved.getParent().toString(),
                saved + "/huggingface",
                link.toString(),
                upwards.toString(),
                upwards + "/model")) {
            for (MicsModel loaded : List.of(direct, linked)) {
                assertThatThrownBy(() -> loaded.write().overwrite().save(spelled))
                        .as(spelled)
                        .isInstanceOf(IOException.class)
                        .hasMessageEndingWith("its own weights are read from there. Save it to another folder.");
            }
        }
        assertThat(linked.generate("the", 5)).isEqualTo(model.generate("the", 5));
    }

    /** In the same place, of the same length and time: only the bytes tell. */
    @Test
    void weightsThatWereReplacedAreAnError() throws IOException {
        Path path = folder.resolve("model");
        model.write().save(path.toString());
        MicsModel loaded = MicsModel.load(path.toString());
        Dataset<Row> lazy = loaded.transform(TrainedModel.frame());
        replace(path.resolve("huggingface/model.safetensors"));

        assertThatThrownBy(lazy::collectAsList)
                .hasStackTraceContaining("they are not those that the model was made with");
        assertThatThrownBy(() -> loaded.transform(TrainedModel.frame()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("they are not those that the model was made with")
                .hasMessageEndingWith("Load the model again to use these.");
        assertThatThrownBy(() -> loaded.write().save(folder.resolve("copy").toString()))
                .isInstanceOf(CheckpointException.class);
        assertThat(MicsModel.load(path.toString())
                        .transform(TrainedModel.frame())
                        .count())
                .isEqualTo(60);
    }

    @Test
    void aModelInMemoryAnswersForItselfWhateverHappensToItsFile() throws IOException {
        Path path = folder.resolve("model");
        model.write().save(path.toString());
        Dataset<Row> lazy = MicsModel.load(path.toString()).transform(TrainedModel.frame());
        Map<Integer, Row> before = TrainedModel.byId(lazy);
        replace(path.resolve("huggingface/model.safetensors"));

        assertThat(TrainedModel.byId(lazy)).isEqualTo(before);
        assertThat(TrainedModel.byId(MicsModel.load(path.toString()).transform(TrainedModel.frame())))
                .isNotEqualTo(before);
    }

    private static void replace(Path weights) throws IOException {
        FileTime time = Files.getLastModifiedTime(weights);
        byte[] bytes = Files.readAllBytes(weights);
        for (int i = bytes.length - 4000; i < bytes.length; i += 4) {
            // Of each float, the smallest exponent's bit.
            bytes[i + 2] ^= (byte) 0x80;
        }
        Files.write(weights, bytes);
        Files.setLastModifiedTime(weights, time);
        // As another program would have written them.
        Files.delete(weights.resolveSibling(".model.safetensors.crc"));
        Files.delete(weights.resolveSibling("checksums.json"));
    }

    @Test
    void aPathNextToTheModelLoadsItOrSaysWhatIsThere() throws IOException {
        String path = folder.resolve("parent/model").toString();
        model.write().save(path);
        estimator.write().save(folder.resolve("parent/estimator").toString());
        new Pipeline()
                .setStages(new PipelineStage[] {estimator})
                .write()
                .save(folder.resolve("parent/pipeline").toString());
        Path foreign = Files.createDirectories(folder.resolve("foreign"));
        Files.writeString(foreign.resolve("model.safetensors"), "");
        Files.createDirectories(folder.resolve("empty"));
        Files.move(folder.resolve("parent/model"), folder.resolve("parent/first"));
        String first = folder.resolve("parent/first").toString();

        for (String near : List.of(first, first + "/huggingface", first + "/metadata/")) {
            assertThat(MicsModel.load(near).generate("the", 5)).isEqualTo(model.generate("the", 5));
        }
        assertNotLoaded("parent/estimator", "it holds a MicsEstimator. Load it with MicsEstimator.load.");
        assertNotLoaded(
                "parent/pipeline",
                "it holds a Pipeline. Load it with Pipeline.load and take the MicsModel from its stages.");
        assertNotLoaded("none", "there is no such folder. Give the path that it was saved to.");
        assertNotLoaded("empty", "it holds nothing that Spark has saved. Give the path that it was saved to.");
        assertNotLoaded("foreign/model.safetensors", "it is a file. Give the folder that the model was saved to.");
        assertNotLoaded(
                "foreign",
                "it holds weights and no Spark metadata, as a model of another program does or one whose saving broke off."
                        + " Give a folder that MicsModel.write has saved to.");
        assertThatThrownBy(() -> MicsModel.load(folder + "/parent"))
                .hasMessageContaining(": it is a folder of saved ones. Give the path of one: file:")
                .hasMessageContaining(first);
        Files.move(folder.resolve("parent/first"), folder.resolve("parent/model"));
        assertThat(MicsModel.load(folder + "/parent").generate("the", 5)).isEqualTo(model.generate("the", 5));
        assertThatThrownBy(() -> MicsEstimator.load(path))
                .hasMessage("Cannot load a MicsEstimator from file:" + folder.toRealPath()
                        + "/parent/model: it holds a MicsModel. Load it with MicsModel.load.");
    }

    private void assertNotLoaded(String path, String reason) throws IOException {
        assertThatThrownBy(() -> MicsModel.load(folder.resolve(path).toString()))
                .as(path)
                .hasMessage("Cannot load a MicsModel from file:" + folder.toRealPath() + "/" + path + ": " + reason);
    }

    @Test
    void weightsThatAreGoneAreMissedBeforeAnyTaskStarts() throws IOException {
        Path path = folder.resolve("model");
        model.write().save(path.toString());
        MicsModel loaded = MicsModel.load(path.toString());
        Files.delete(path.resolve("huggingface/model.safetensors"));

        assertThatThrownBy(() -> loaded.transform(TrainedModel.frame()))
                .hasMessageStartingWith("Cannot read the weights from ")
                .hasMessageContaining("Weights that were not saved end with the application that trained them.");
    }

    @Test
    void weightsThatAreGoneReplaceNothing() throws IOException {
        Path gone = folder.resolve("gone");
        Path kept = folder.resolve("kept");
        model.write().save(gone.toString());
        model.write().save(kept.toString());
        MicsModel loaded = MicsModel.load(gone.toString());
        Files.delete(gone.resolve("huggingface/model.safetensors"));

        assertThatThrownBy(() -> loaded.write().overwrite().save(kept.toString()))
                .hasMessageStartingWith("Cannot read the weights from ");
        assertThat(MicsModel.load(kept.toString()).generate("the", 5)).isEqualTo(model.generate("the", 5));
    }

    @Test
    void aPipelineTrainsSavesAndLoadsOne() throws IOException {
        String path = folder.resolve("pipeline").toString();
        PipelineModel fitted = new Pipeline()
                .setStages(new PipelineStage[] {TrainedModel.estimator().setMaxSteps(2)})
                .fit(TrainedModel.frame());
        fitted.write().overwrite().save(path);

        PipelineModel loaded = PipelineModel.load(path);

        assertThat(loaded.stages()).hasExactlyElementsOfTypes(MicsModel.class);
        assertThat(TrainedModel.byId(loaded.transform(TrainedModel.frame())))
                .isEqualTo(TrainedModel.byId(fitted.transform(TrainedModel.frame())));
    }
}

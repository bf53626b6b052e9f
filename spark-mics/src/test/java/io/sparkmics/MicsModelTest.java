package io.sparkmics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkmics.checkpoint.CheckpointException;
import io.sparkmics.data.ByteTokenizer;
import io.sparkmics.scoring.Sampling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.Transformer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("cluster")
class MicsModelTest {

    private static final String LONG = "the quick brown fox jumps over the lazy dog";
    private static final double UNIFORM_LOSS = Math.log(ByteTokenizer.VOCABULARY_SIZE);

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
    void aFittedModelKnowsItsEstimatorAndHowItWasTrained() {
        assertThat(model.uid()).isEqualTo(estimator.uid());
        assertThat(model.parent()).isSameAs(estimator);
        assertThat(model.getModel()).isEqualTo(estimator.getModel());
        assertThat(model)
                .hasToString(String.format(
                        Locale.ROOT,
                        "MicsModel: uid=%s, Gpt of %,d parameters",
                        estimator.uid(),
                        model.summary().parameters()));
        assertThat(model.hasSummary()).isTrue();
        assertThat(model.summary().worldSize()).isEqualTo(2);
        assertThat(model.summary().steps()).isEqualTo(20);
        assertThat(model.summary().lastLoss()).isLessThan(model.summary().firstLoss() - 1);
    }

    @Test
    void theReportTellsWhatElseIsKnown() throws IOException {
        String message = model.writeReport(folder.toString(), Map.of("heldOutLoss", 2.5));

        JsonNode summary =
                new ObjectMapper().readTree(folder.resolve("summary.json").toFile());
        assertThat(summary.get("heldOutLoss").doubleValue()).isEqualTo(2.5);
        assertThat(summary.get("steps").intValue()).isEqualTo(20);
        assertThat(Files.readAllLines(folder.resolve("metrics.jsonl"))).hasSize(20);
        assertThat(message).startsWith("The loss curve is in ");
        assertThatThrownBy(() -> model.writeReport(folder.toString(), Map.of("steps", 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot add steps to the summary: it has an entry of that name. Choose another name.");
    }

    @Test
    void everyRowGetsItsLossAndHowManyTokensWerePredicted() {
        Dataset<Row> scored = model.transform(TrainedModel.frame());

        assertThat(scored.columns()).containsExactly("id", "text", "loss", "tokenCount");
        assertThat(scored.count()).isEqualTo(60);
        assertThat(scored.collectAsList()).allSatisfy(row -> {
            assertThat(row.getDouble(2)).isBetween(0.5, UNIFORM_LOSS - 1);
            assertThat(row.getLong(3)).isEqualTo(row.getString(1).length() - 1);
        });
    }

    @Test
    void aRowWithNothingToPredictScoresNull() {
        Map<Integer, Row> scored = byId(model.transform(TrainedModel.texts(null, "", "a", "ab")));

        for (int nothing : new int[] {0, 1, 2}) {
            assertThat(scored.get(nothing).isNullAt(2)).isTrue();
            assertThat(scored.get(nothing).getLong(3)).isZero();
        }
        assertThat(scored.get(3).getLong(3)).isOne();
        assertThat(scored.get(3).getDouble(2)).isPositive();
    }

    @Test
    void aRowLongerThanTheContextIsScoredInConsecutiveWindows() {
        assertThat(LONG).hasSizeBetween(2 * TrainedModel.CONTEXT + 2, 3 * TrainedModel.CONTEXT);
        int context = TrainedModel.CONTEXT;

        Map<Integer, Row> scored = byId(model.transform(TrainedModel.texts(
                LONG,
                LONG.substring(0, context + 1),
                LONG.substring(context, 2 * context + 1),
                LONG.substring(2 * context))));

        int rest = LONG.length() - 2 * context - 1;
        double expected = (context * scored.get(1).getDouble(2)
                        + context * scored.get(2).getDouble(2)
                        + rest * scored.get(3).getDouble(2))
                / (LONG.length() - 1);
        assertThat(scored.get(0).getDouble(2)).isCloseTo(expected, within(1e-5));
        assertThat(scored.get(0).getLong(3)).isEqualTo(LONG.length() - 1);
    }

    @Test
    void theLossOfARowDoesNotDependOnItsBatch() {
        Dataset<Row> frame = TrainedModel.texts("short", LONG, "of another length", "x", LONG + LONG)
                .coalesce(1);

        Map<Integer, Row> alone =
                byId(model.copy(model.extractParamMap()).setBatchSize(1).transform(frame));
        Map<Integer, Row> together = byId(model.transform(frame));

        together.forEach((id, row) -> {
            assertThat(row.getLong(3)).isEqualTo(alone.get(id).getLong(3));
            if (!row.isNullAt(2)) {
                assertThat(row.getDouble(2)).isCloseTo(alone.get(id).getDouble(2), within(1e-5));
            }
        });
    }

    @Test
    void readyTokenIdsScoreAsTheirText() {
        StructType schema = StructType.fromDDL("id INT, ids ARRAY<BIGINT>");
        List<Long> ids =
                Arrays.stream(ByteTokenizer.encode(LONG)).asLongStream().boxed().toList();
        Dataset<Row> frame = LocalSpark.session().createDataFrame(List.of(RowFactory.create(0, ids)), schema);

        Row row = byId(model.copy(model.extractParamMap()).setInputCol("ids").transform(frame))
                .get(0);

        assertThat(row.getDouble(2))
                .isEqualTo(
                        byId(model.transform(TrainedModel.texts(LONG))).get(0).getDouble(2));
    }

    @Test
    void batchesThatNoArrayHoldsAreRefused() {
        MicsModel greedy = model.copy(model.extractParamMap()).setBatchSize(Integer.MAX_VALUE);

        assertThatThrownBy(() -> greedy.transform(TrainedModel.frame()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot score batches of 2147483647 sequences of " + (TrainedModel.CONTEXT + 1)
                        + " tokens: they are more than the 2147483639 that an array holds. Set a smaller batchSize.");
    }

    @Test
    void anIdOutsideTheVocabularyIsRefused() {
        StructType schema = StructType.fromDDL("text ARRAY<INT>");
        Dataset<Row> frame = LocalSpark.session().createDataFrame(List.of(RowFactory.create(List.of(1, 257))), schema);

        assertThatThrownBy(() -> model.transform(frame).collectAsList())
                .hasMessageContaining("Cannot score token id 257: the model's ids are from 0 to 256.");
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
        assertThat(byId(loaded.transform(TrainedModel.frame()))).isEqualTo(byId(model.transform(TrainedModel.frame())));
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

        assertThatThrownBy(() -> new MicsModelWriter(model).saveImpl(path))
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
        Map<Integer, Row> before = byId(lazy);
        replace(path.resolve("huggingface/model.safetensors"));

        assertThat(byId(lazy)).isEqualTo(before);
        assertThat(byId(MicsModel.load(path.toString()).transform(TrainedModel.frame())))
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
    void theFolderOfARunIsThereAsLongAsAnythingRefersToItsWeights() throws Exception {
        MicsModel other = TrainedModel.estimator()
                .setMaxSteps(2)
                .setWorkDirectory(folder.toString())
                .fit(TrainedModel.frame());
        Dataset<Row> lazy = other.copy(other.extractParamMap()).transform(TrainedModel.frame());
        other = null;
        System.gc();

        assertThat(lazy.count()).isEqualTo(60);
        assertThat(byId(lazy)).hasSize(60);
        assertThat(folder).isNotEmptyDirectory();
        lazy = null;
        // Whatever Spark still remembers of its last jobs.
        TrainedModel.texts("another").count();
        await().atMost(Duration.ofMinutes(1)).until(() -> {
            System.gc();
            return folder.toFile().list().length == 0;
        });
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
        assertThat(byId(loaded.transform(TrainedModel.frame())))
                .isEqualTo(byId(fitted.transform(TrainedModel.frame())));
    }

    @Test
    void aTextGoesOnTheSameWayForTheSameSeed() {
        String text = model.generate("the qu", 3 * TrainedModel.CONTEXT, new Sampling(1, 0, 7));

        assertThat(text).startsWith("the qu").hasSizeGreaterThan(6);
        assertThat(model.generate("the qu", 3 * TrainedModel.CONTEXT, 1, 0, 7)).isEqualTo(text);
        assertThat(model.generate("the qu", 3 * TrainedModel.CONTEXT, 1, 0, 8)).isNotEqualTo(text);
        assertThat(model.generate("the qu", 0)).isEqualTo("the qu");
    }

    @Test
    void aModelWithoutWeightsSaysSo() {
        MicsModel empty = new MicsModel().setModel(estimator.getModel());

        assertThat(empty).hasToString("MicsModel: uid=" + empty.uid() + ", without weights");
        assertThatThrownBy(() -> empty.transform(TrainedModel.frame()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Cannot use the model: it has no weights. Train or load one instead of constructing it.");
    }

    @Test
    void aCopyScoresTheSame() {
        Transformer copy = model.copy(model.extractParamMap());

        assertThat(byId(copy.transform(TrainedModel.frame()))).isEqualTo(byId(model.transform(TrainedModel.frame())));
    }

    private static Map<Integer, Row> byId(Dataset<Row> scored) {
        Map<Integer, Row> rows = new TreeMap<>();
        scored.collectAsList().forEach(row -> rows.put(row.getInt(0), row));
        return rows;
    }
}

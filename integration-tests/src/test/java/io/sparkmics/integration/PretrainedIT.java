package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkmics.MicsEstimator;
import io.sparkmics.MicsModel;
import io.sparkmics.MicsTokenizer;
import io.sparkmics.integration.ChildProcess.Outcome;
import io.sparkmics.scoring.Sampling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A training starts from what the real library has saved, with the losses that the library has. */
@Tag("python")
final class PretrainedIT {

    private static final double TOLERANCE = 1e-4;

    /** More than a letter a token, more than a byte a letter, spaces that matter, and the end of a text within one. */
    private static final List<String> TEXTS = List.of(
            "the fox",
            "the quick brown fox jumps over the lazy dog, and the other fox too",
            "  two  spaces\tand\n\nlines ",
            "na\u00efve \u2013 \u4f60\u597d \ud83d\ude80",
            "a <|endoftext|> b",
            "");

    @RegisterExtension
    private static final LocalSession SESSION = new LocalSession(2);

    @ParameterizedTest
    @CsvSource({
        "gpt2, float32, 1GB, 1",
        "gpt2, float32, 20KB, 2",
        "gpt2, bfloat16, 1GB, 2",
        "gpt2, float16, 20KB, 2",
        "llama, float32, 20KB, 2",
        "qwen2, bfloat16, 1GB, 2",
        "mistral, float32, 1GB, 1"
    })
    void ranksStartWithTheLossOfTheLibrary(
            String family, String type, String largest, int partitionGroupSize, @TempDir Path folder) throws Exception {
        Path python = Environment.python();
        JsonNode theirs = save(python, folder, family, type, largest);
        assertThat(Files.exists(folder.resolve("model.safetensors.index.json"))).isEqualTo(largest.equals("20KB"));

        MicsModel model = new MicsEstimator()
                .setInitialModel(folder.toString())
                .setInputCol("tokens")
                .setNumWorkers(2)
                .setPartitionGroupSize(partitionGroupSize)
                .setGlobalBatchSize(4)
                .setMicroBatchSize(2)
                .setMaxSteps(1)
                .setWarmUpSteps(0)
                .setLearningRate(1e-12)
                .fit(SampleSequences.rows(SESSION.spark()));

        double[] losses = model
                .transform(SampleSequences.rows(SESSION.spark()))
                .orderBy("position")
                .select("loss")
                .collectAsList()
                .stream()
                .mapToDouble(row -> row.getDouble(0))
                .toArray();
        for (int row = 0; row < losses.length; row++) {
            assertThat(losses[row])
                    .as("row %d", row)
                    .isCloseTo(theirs.get("losses").get(row).asDouble(), within(TOLERANCE));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama", "qwen2", "mistral"})
    void twentyStepsHaveTheLossesOfTheLibrary(String family, @TempDir Path folder) throws Exception {
        Path python = Environment.python();
        JsonNode theirs = save(python, folder.resolve("pretrained"), family, "float32", "1GB")
                .get("curve");
        MicsModel model = new MicsEstimator()
                .setInitialModel(folder.resolve("pretrained").toString())
                .setInputCol("tokens")
                .setNumWorkers(2)
                .setPartitionGroupSize(2)
                .setGlobalBatchSize(8)
                .setMicroBatchSize(2)
                .setPrecision("float64")
                .setMaxSteps(20)
                .setWarmUpSteps(0)
                .setMinimumLearningRateRatio(1)
                .setLearningRate(1e-2)
                .fit(SampleSequences.row(SESSION.spark(), SampleSequences.document()));

        model.writeReport(folder.toString());
        List<String> lines = Files.readAllLines(folder.resolve("metrics.jsonl"));
        assertThat(lines).hasSize(20);
        for (int step = 0; step < 20; step++) {
            double loss =
                    new ObjectMapper().readTree(lines.get(step)).get("loss").asDouble();
            assertThat(loss).as("step %d", step).isCloseTo(theirs.get(step).asDouble(), within(1e-8));
        }
        String saved = folder.resolve("saved").toString();
        model.write().save(saved);
        JsonNode again = score(python, Path.of(saved, "huggingface"));
        assertThat(again.get("missing")).isEmpty();
        assertThat(again.get("unexpected")).isEmpty();
        assertThat(MicsModel.load(saved).getModel()).isEqualTo(model.getModel());
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt2", "llama"})
    void separateDocumentsHaveTheLossThatTheLibraryHasOfEachAlone(String family, @TempDir Path folder)
            throws Exception {
        Path python = Environment.python();
        int end = save(python, folder, family, "float32", "1GB").get("end").asInt();
        List<Integer> tokens = new ArrayList<>();
        SampleSequences.ALL.forEach(sequence -> Arrays.stream(sequence).forEach(tokens::add));
        tokens.replaceAll(token -> token % 7 == 3 ? end : token);
        List<Integer> stream = new ArrayList<>(tokens);
        stream.add(end);
        List<List<Integer>> packed = IntStream.range(0, SampleSequences.ALL.size())
                .mapToObj(row -> stream.subList(16 * row, 16 * row + 17))
                .toList();
        double theirs = new PythonScript(python, "documents.py")
                .run(folder, new ObjectMapper().writeValueAsString(packed))
                .get("loss")
                .asDouble();

        MicsModel model = new MicsEstimator()
                .setInitialModel(folder.toString())
                .setInputCol("tokens")
                .setEndOfTextId(end)
                .setSeparateDocuments(true)
                .setNumWorkers(2)
                .setPartitionGroupSize(2)
                .setGlobalBatchSize(8)
                .setMicroBatchSize(2)
                .setPrecision("float64")
                .setMaxSteps(1)
                .fit(SampleSequences.row(SESSION.spark(), tokens));

        assertThat(model.summary().firstLoss()).isCloseTo(theirs, within(1e-8));
    }

    @Test
    void textIsTunedOnByTheTokenizerOfTheLibraryAndGoesBackToIt(@TempDir Path folder) throws Exception {
        Path python = Environment.python();
        Path pretrained = folder.resolve("pretrained");
        JsonNode theirs = save(python, pretrained, "gpt2", "float32", "1GB");
        int end = theirs.get("end").asInt();
        MicsTokenizer tokenizer = new MicsTokenizer().setTokenizer(pretrained.toString());
        MicsEstimator estimator = new MicsEstimator()
                .setInitialModel(pretrained.toString())
                .setInputCol("tokens")
                .setEndOfTextId(end)
                .setGlobalBatchSize(2)
                .setMicroBatchSize(2)
                .setMaxSteps(2);
        Dataset<Row> texts = SESSION.spark()
                .createDataset(TEXTS, Encoders.STRING())
                .toDF("text")
                .coalesce(1);

        PipelineModel tuned = new Pipeline()
                .setStages(new PipelineStage[] {tokenizer, estimator})
                .fit(texts);

        List<Row> rows = tuned.transform(texts).select("text", "tokens", "loss").collectAsList();
        for (int row = 0; row < TEXTS.size(); row++) {
            List<Integer> ids = rows.get(row).getList(1);
            assertThat(ids).as(TEXTS.get(row)).isEqualTo(ids(theirs.get("ids").get(row)));
            int[] array = ids.stream().mapToInt(Integer::intValue).toArray();
            assertThat(tokenizer.decode(array)).isEqualTo(TEXTS.get(row));
            assertThat(tokenizer.encode(TEXTS.get(row))).isEqualTo(array);
        }
        Path saved = folder.resolve("saved");
        ((MicsModel) tuned.stages()[1]).write().save(saved.toString());
        JsonNode again = score(python, saved.resolve("huggingface"));
        assertThat(again.get("missing")).isEmpty();
        assertThat(again.get("unexpected")).isEmpty();
        assertThat(again.get("ids")).isEqualTo(theirs.get("ids"));
        assertThat(again.get("end").asInt()).isEqualTo(end);
        assertThat(MicsModel.load(saved.toString()).generate(TEXTS.get(0), 5, new Sampling(0, 0, 1)))
                .isEqualTo(again.get("generated").asText());
    }

    /** As users do it: a tokenizer with more tokens than the model has, and rows of text. */
    @ParameterizedTest
    @CsvSource({"gpt2, 16", "llama, 8"})
    void theCommandLineTunesOnTextByALargerTokenizer(String family, int context, @TempDir Path folder)
            throws Exception {
        Path python = Environment.python();
        Path pretrained = folder.resolve("pretrained");
        Path larger = folder.resolve("larger");
        save(python, pretrained, family, "float32", "1GB");
        int size = new PythonScript(python, "resized.py")
                .run(pretrained, larger)
                .get("size")
                .asInt();
        Path texts = Files.write(folder.resolve("texts"), Collections.nCopies(20, TEXTS.get(1)));
        Path output = folder.resolve("out");

        Outcome outcome = SparkSubmit.cluster(2)
                .train(
                        "--input=" + texts,
                        "--format=text",
                        "--input-col=value",
                        "--output=" + output,
                        "--initial-model=" + pretrained,
                        "--tokenizer=" + larger,
                        "--context=" + context,
                        "--num-workers=2",
                        "--partition-group-size=2",
                        "--global-batch-size=2",
                        "--micro-batch-size=1",
                        "--max-steps=1",
                        "--warm-up-steps=0",
                        "--learning-rate=1e-12",
                        "--weight-decay=0");

        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
        assertThat(outcome.output())
                .contains(" has 311 tokens, and the model " + size + ": those behind start as those of a new model");
        JsonNode saved = new PythonScript(python, "resized.py").run(pretrained, larger, output.resolve("huggingface"));
        assertThat(saved.get("shapes")).isEqualTo(saved.get("theirs"));
        assertThat(saved.get("tables").asInt()).isEqualTo(family.equals("gpt2") ? 1 : 2);
        assertThat(saved.get("farthest").asDouble()).isLessThan(1e-9);
        assertThat(saved.get("deviation").asDouble()).isCloseTo(0.02, within(0.002));
        assertThat(saved.get("ids")).isEqualTo(saved.get("theirIds"));
        assertThat(saved.get("end").asInt()).isEqualTo(saved.get("theirEnd").asInt());
    }

    private static List<Integer> ids(JsonNode array) {
        List<Integer> ids = new ArrayList<>();
        array.forEach(id -> ids.add(id.asInt()));
        return ids;
    }

    private static JsonNode score(Path python, Path folder) throws IOException, InterruptedException {
        ObjectMapper json = new ObjectMapper();
        return new PythonScript(python, "score.py")
                .run(folder, json.writeValueAsString(SampleSequences.ALL), json.writeValueAsString(TEXTS));
    }

    private static JsonNode save(Path python, Path folder, String family, String type, String largest)
            throws IOException, InterruptedException {
        ObjectMapper json = new ObjectMapper();
        return new PythonScript(python, "pretrained.py")
                .run(
                        folder,
                        family,
                        type,
                        largest,
                        json.writeValueAsString(SampleSequences.ALL),
                        json.writeValueAsString(TEXTS));
    }
}

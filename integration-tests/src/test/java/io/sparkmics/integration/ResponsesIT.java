package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkmics.MicsEstimator;
import io.sparkmics.MicsModel;
import io.sparkmics.MicsTokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Models learn to respond as the real library has them learn with labels that leave out prompts and padding. */
@Tag("python")
final class ResponsesIT {

    /** Prompts of 1 to 5 tokens, responses of 1 to 9: with their end never longer than the library's positions, 16. */
    private static final List<List<List<Integer>>> EXAMPLES = IntStream.range(0, 8)
            .mapToObj(row -> List.of(ids(131 * row, 1 + row % 5), ids(131 * row + 71, 1 + 5 * row % 9)))
            .toList();

    /** One with several turns, and one whose response is empty but for what the template writes. */
    private static final String CONVERSATIONS = """
            [[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Is the fox quick?"},
              {"role": "assistant", "content": "Yes."}, {"role": "user", "content": "And the dog? It is \u201clazy\u201d"},
              {"role": "assistant", "content": "No,\\nthe dog is lazy."}],
             [{"role": "user", "content": "Say nothing."}, {"role": "assistant", "content": ""}]]""";

    private static final Path GUIDE = Path.of("../spark-mics/README.md");

    @RegisterExtension
    private static final LocalSession SESSION = new LocalSession(4);

    private static List<Integer> ids(int first, int count) {
        return IntStream.range(0, count).mapToObj(i -> (first + 37 * i) % 311).toList();
    }

    @ParameterizedTest
    @CsvSource({"gpt2, 1, 1, 8", "gpt2, 4, 2, 1", "llama, 4, 2, 1"})
    void twentyStepsHaveTheLossesOfTheLibrary(
            String family, int worldSize, int partitionGroupSize, int microBatchSize, @TempDir Path folder)
            throws Exception {
        Path python = Environment.python();
        ObjectMapper json = new ObjectMapper();
        Path pretrained = folder.resolve("pretrained");
        new PythonScript(python, "pretrained.py")
                .run(
                        pretrained,
                        family,
                        "float32",
                        "1GB",
                        json.writeValueAsString(List.of(ids(1, 16))),
                        "[\"a text\"]");
        JsonNode theirs = new PythonScript(python, "responses.py").run(pretrained, json.writeValueAsString(EXAMPLES));

        MicsModel model = new MicsEstimator()
                .setInitialModel(pretrained.toString())
                .setPromptCol("prompt")
                .setResponseCol("response")
                .setNumWorkers(worldSize)
                .setPartitionGroupSize(partitionGroupSize)
                .setGlobalBatchSize(8)
                .setMicroBatchSize(microBatchSize)
                .setPrecision("float64")
                .setMaxSteps(20)
                .setWarmUpSteps(0)
                .setMinimumLearningRateRatio(1)
                .setLearningRate(1e-2)
                .setEpsilon(1e-5)
                .fit(frame());

        model.writeReport(folder.toString());
        List<String> lines = Files.readAllLines(folder.resolve("metrics.jsonl"));
        assertThat(lines).hasSize(20);
        for (int step = 0; step < 20; step++) {
            assertThat(json.readTree(lines.get(step)).get("loss").asDouble())
                    .as("step %d", step)
                    .isCloseTo(theirs.get("curve").get(step).asDouble(), within(1e-8));
        }
        assertThat(theirs.get("own").asDouble())
                .isCloseTo(theirs.get("curve").get(0).asDouble(), within(1e-6));
        List<Row> scored = model.transform(frame()).orderBy("position").collectAsList();
        for (int row = 0; row < scored.size(); row++) {
            assertThat(scored.get(row).<Double>getAs("loss"))
                    .as("row %d", row)
                    .isCloseTo(theirs.get("trained").get(row).asDouble(), within(1e-7));
        }
    }

    /** What a template writes is all there is: its tokens are not put a second time before or behind it. */
    @Test
    void whatTheGuidesRecipeRendersIsTrainedOnAsTheTemplateWritesIt(@TempDir Path folder) throws Exception {
        String recipe =
                new CodeBlocks(GUIDE, "python").under("### Chat templates").get(0);
        JsonNode theirs = new PythonScript(Environment.python(), "chat.py").run("make", folder, CONVERSATIONS, recipe);

        for (String template : List.of("chatml", "llama3")) {
            assertTrainedOnChats(folder.resolve(template), theirs.get(template));
        }
    }

    private static void assertTrainedOnChats(Path pretrained, JsonNode theirs) throws Exception {
        Dataset<Row> chats =
                SESSION.spark().read().parquet(pretrained.resolve("chats").toString());
        PipelineModel trained = new Pipeline()
                .setStages(new PipelineStage[] {
                    tokenizer(pretrained, "prompt"),
                    tokenizer(pretrained, "response"),
                    new MicsEstimator()
                            .setInitialModel(pretrained.toString())
                            .setPromptCol("promptIds")
                            .setResponseCol("responseIds")
                            .setEndOfTextId(MicsEstimator.NOTHING)
                            .setGlobalBatchSize(2)
                            .setMicroBatchSize(2)
                            .setPrecision("float64")
                            .setMaxSteps(1)
                })
                .fit(chats);

        List<Row> rows = trained.transform(chats)
                .selectExpr("concat(promptIds, responseIds)", "tokenCount = size(responseIds)")
                .collectAsList();
        assertThat(rows).extracting(row -> row.<Integer>getList(0)).containsExactlyInAnyOrderElementsOf(ids(theirs));
        assertThat(rows).allMatch(row -> row.getBoolean(1));
        MicsModel model = (MicsModel) trained.stages()[2];
        assertThat(model.summary().firstLoss()).isCloseTo(theirs.get("loss").asDouble(), within(1e-8));
        Path saved = pretrained.resolve("saved");
        model.write().save(saved.toString());
        JsonNode again = new PythonScript(Environment.python(), "chat.py")
                .run("read", saved.resolve("huggingface"), CONVERSATIONS);
        assertThat(again.get("ids")).isEqualTo(theirs.get("ids"));
        assertThat(again.get("loss").asDouble()).isNotEqualTo(theirs.get("loss").asDouble());
    }

    private static List<List<Integer>> ids(JsonNode theirs) {
        return new ObjectMapper().convertValue(theirs.get("ids"), new TypeReference<List<List<Integer>>>() {});
    }

    private static MicsTokenizer tokenizer(Path folder, String column) {
        return new MicsTokenizer()
                .setTokenizer(folder.toString())
                .setInputCol(column)
                .setOutputCol(column + "Ids");
    }

    private static Dataset<Row> frame() {
        List<Row> rows = new ArrayList<>();
        for (List<List<Integer>> example : EXAMPLES) {
            rows.add(RowFactory.create(rows.size(), example.get(0), example.get(1)));
        }
        return SESSION.spark()
                .createDataFrame(rows, StructType.fromDDL("position INT, prompt ARRAY<INT>, response ARRAY<INT>"));
    }
}

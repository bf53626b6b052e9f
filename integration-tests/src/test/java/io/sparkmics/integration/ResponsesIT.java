package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkmics.MicsEstimator;
import io.sparkmics.MicsModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
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

    private static SparkSession spark;

    private static List<Integer> ids(int first, int count) {
        return IntStream.range(0, count).mapToObj(i -> (first + 37 * i) % 311).toList();
    }

    @BeforeAll
    static void startSpark() {
        spark = SparkSession.builder()
                .master("local[4]")
                .config("spark.ui.enabled", false)
                .getOrCreate();
    }

    @AfterAll
    static void stopSpark() {
        spark.stop();
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

    private static Dataset<Row> frame() {
        List<Row> rows = new ArrayList<>();
        for (List<List<Integer>> example : EXAMPLES) {
            rows.add(RowFactory.create(rows.size(), example.get(0), example.get(1)));
        }
        return spark.createDataFrame(rows, StructType.fromDDL("position INT, prompt ARRAY<INT>, response ARRAY<INT>"));
    }
}

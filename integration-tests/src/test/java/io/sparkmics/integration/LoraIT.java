package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkmics.MicsEstimator;
import io.sparkmics.MicsModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Adapters learn as Hugging Face's PEFT has them learn, and PEFT puts what was saved beside its base. */
@Tag("python")
final class LoraIT {

    private static final double TOLERANCE = 1e-4;

    /** Each as long as the context, with which the library has no more to predict. */
    private static final List<int[]> SEQUENCES = IntStream.range(0, 8)
            .mapToObj(row ->
                    IntStream.range(0, 16).map(i -> (row * 131 + i * 37) % 311).toArray())
            .toList();

    private static SparkSession spark;

    @BeforeAll
    static void startSpark() {
        spark = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", false)
                .getOrCreate();
    }

    @AfterAll
    static void stopSpark() {
        spark.stop();
    }

    @ParameterizedTest
    @CsvSource({"gpt2, c_attn, 2", "gpt2, '', 1", "llama, '', 2", "'qwen2', 'q_proj,v_proj', 2", "mistral, '', 2"})
    void adaptersLearnAsPeftHasThemLearnAndPeftLoadsThem(
            String family, String targets, int partitionGroupSize, @TempDir Path folder) throws Exception {
        Path python = Environment.python();
        ObjectMapper json = new ObjectMapper();
        Path base = folder.resolve("base");
        new PythonScript(python, "pretrained.py")
                .run(base, family, "float32", "1GB", json.writeValueAsString(SEQUENCES), "[\"a text\"]");
        MicsEstimator estimator = new MicsEstimator()
                .setInitialModel(base.toString())
                .setLoraRank(4)
                .setLoraAlpha(8)
                .setLoraTargets(targets)
                .setInputCol("tokens")
                .setNumWorkers(2)
                .setPartitionGroupSize(partitionGroupSize)
                .setGlobalBatchSize(8)
                .setMicroBatchSize(2)
                .setPrecision("float64")
                .setWarmUpSteps(0)
                .setMinimumLearningRateRatio(1);

        // A step so small that A is as it was drawn.
        Path first = folder.resolve("first");
        estimator.setMaxSteps(1).setLearningRate(1e-12).fit(document()).write().save(first.toString());
        MicsModel tuned = estimator.setMaxSteps(20).setLearningRate(1e-2).fit(document());
        Path saved = folder.resolve("saved");
        tuned.write().save(saved.toString());
        tuned.writeReport(folder.toString());

        JsonNode theirs = new PythonScript(python, "adapter.py")
                .run(
                        base,
                        first.resolve("huggingface/adapter"),
                        saved.resolve("huggingface/adapter"),
                        saved.resolve("huggingface"),
                        json.writeValueAsString(SEQUENCES));
        List<String> lines = Files.readAllLines(folder.resolve("metrics.jsonl"));
        assertThat(lines).hasSize(20);
        for (int step = 0; step < 20; step++) {
            assertThat(json.readTree(lines.get(step)).get("loss").asDouble())
                    .as("step %d", step)
                    .isCloseTo(theirs.get("curve").get(step).asDouble(), within(1e-8));
        }
        double[] losses = tuned.transform(rows()).orderBy("position").select("loss").collectAsList().stream()
                .mapToDouble(row -> row.getDouble(0))
                .toArray();
        for (int row = 0; row < losses.length; row++) {
            assertThat(losses[row])
                    .as("row %d", row)
                    .isCloseTo(theirs.get("losses").get(row).asDouble(), within(TOLERANCE));
        }
        assertThat(theirs.get("difference").asDouble()).isLessThan(TOLERANCE);
        assertThat(theirs.get("change").asDouble()).isGreaterThan(0.01);
        assertThat(theirs.get("unknown")).isEmpty();
        assertThat(theirs.get("missing")).isEmpty();
        assertThat(theirs.get("unexpected")).isEmpty();
    }

    /** All the sequences one behind the other, and the first token again: cut into pieces that share a token. */
    private static Dataset<Row> document() {
        String tokens = IntStream.concat(
                        SEQUENCES.stream().flatMapToInt(Arrays::stream),
                        IntStream.of(SEQUENCES.get(0)[0]))
                .mapToObj(String::valueOf)
                .collect(Collectors.joining(", "));
        return spark.sql("select array(" + tokens + ") as tokens");
    }

    private static Dataset<Row> rows() {
        String rows = IntStream.range(0, SEQUENCES.size())
                .mapToObj(position -> "(" + position + ", array("
                        + Arrays.stream(SEQUENCES.get(position))
                                .mapToObj(Integer::toString)
                                .collect(Collectors.joining(", "))
                        + "))")
                .collect(Collectors.joining(", "));
        return spark.sql("select * from values " + rows + " as t(position, tokens)");
    }
}

package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkmics.MicsEstimator;
import io.sparkmics.MicsModel;
import io.sparkmics.integration.ChildProcess.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A training starts from what the real library has saved, with the losses that the library has. */
@Tag("python")
final class PretrainedIT {

    private static final Path SCRIPT = Path.of("src/test/resources/pretrained.py");
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
    @CsvSource({"float32, 1GB, 1", "float32, 20KB, 2", "bfloat16, 1GB, 2", "float16, 20KB, 2"})
    void ranksStartWithTheLossOfTheLibrary(String type, String largest, int partitionGroupSize, @TempDir Path folder)
            throws Exception {
        Path python = Environment.python();
        JsonNode theirs = save(python, folder, type, largest);
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
                .fit(frame());

        double[] losses = model.transform(frame()).orderBy("position").select("loss").collectAsList().stream()
                .mapToDouble(row -> row.getDouble(0))
                .toArray();
        for (int row = 0; row < losses.length; row++) {
            assertThat(losses[row])
                    .as("row %d", row)
                    .isCloseTo(theirs.get("losses").get(row).asDouble(), within(TOLERANCE));
        }
    }

    private static Dataset<Row> frame() {
        String rows = SEQUENCES.stream()
                .map(tokens -> "(" + SEQUENCES.indexOf(tokens) + ", array("
                        + Arrays.stream(tokens).mapToObj(Integer::toString).collect(Collectors.joining(", ")) + "))")
                .collect(Collectors.joining(", "));
        return spark.sql("select * from values " + rows + " as t(position, tokens)");
    }

    private static JsonNode save(Path python, Path folder, String type, String largest)
            throws IOException, InterruptedException {
        ObjectMapper json = new ObjectMapper();
        Outcome outcome = new ChildProcess(
                        Stream.of(python, SCRIPT, folder, type, largest, json.writeValueAsString(SEQUENCES))
                                .map(Object::toString)
                                .toList())
                .environment(Map.of("HF_HUB_OFFLINE", "1", "TRANSFORMERS_VERBOSITY", "error"))
                .run(Duration.ofMinutes(3));
        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
        return json.readTree(outcome.lines("{").get(0));
    }
}

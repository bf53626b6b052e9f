package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkmics.examples.QuickStart;
import io.sparkmics.integration.ChildProcess.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real thing: executors that are processes of their own, started by SparkSubmit with the -all jar. */
@Tag("cluster")
@Tag("slow")
final class ClusterIT {

    /** Real text that is always at hand. */
    private static final Path OUR_SOURCES = Path.of("../spark-mics/src/main/java");

    private static final String TINY_GPT = "--layers 1 --heads 2 --width 16 --context 8";

    @TempDir
    Path folder;

    @Test
    void theQuickStartLearnsSavesLoadsScoresAndWrites() throws IOException, InterruptedException {
        Outcome run = SparkSubmit.cluster(4)
                .example(QuickStart.class, OUR_SOURCES.toAbsolutePath().toString(), folder.toString(), "60");

        assertThat(run.exitCode()).as(run.output()).isZero();
        Matcher losses = Pattern.compile("Loss on held-out files: ([0-9.]+) .* same bytes: ([0-9.]+)\\.")
                .matcher(run.output());
        assertThat(losses.find()).as(run.output()).isTrue();
        assertThat(Double.parseDouble(losses.group(1)))
                .as("the trained model against the unigram model")
                .isLessThan(Double.parseDouble(losses.group(2)) - 0.2);
        JsonNode summary = assertSummary(4, 2, 60);
        assertThat(summary.get("heldOutLoss").asDouble())
                .isLessThan(summary.get("unigramLoss").asDouble());
        assertThat(run.output()).contains("A sample:\n      def ");
        assertThat(folder.resolve("model/huggingface/model.safetensors")).isNotEmptyFile();
        assertThat(Files.readAllLines(folder.resolve("metrics.jsonl"))).hasSize(60);
        assertThat(ImageIO.read(folder.resolve("loss.png").toFile())).isNotNull();
    }

    @Test
    void theCommandLineTrainsFromReadyTokens() throws IOException, InterruptedException {
        List<String> rows = Collections.nCopies(100, "{\"tokens\": [1, 2, 3, 4, 5, 6, 7]}");

        Outcome run = train(rows);

        assertThat(run.exitCode()).as(run.output()).isZero();
        assertSummary(2, 2, 5);
        assertThat(folder.resolve("huggingface/model.safetensors")).isNotEmptyFile();
        assertThat(folder.resolve("metadata")).isNotEmptyDirectory();
    }

    @Test
    void aRowThatCannotBeTrainedOnFailsTheRunWithOneLine() throws IOException, InterruptedException {
        List<String> rows = List.of("{\"tokens\": [1, 2, 3, 4, 5]}", "{\"tokens\": [1, 999]}");

        Outcome run = train(rows);

        assertThat(run.exitCode()).as(run.output()).isEqualTo(1);
        assertThat(run.lines("Cannot"))
                .as(run.output())
                .singleElement()
                .satisfies(line -> assertThat(line).contains("999", "256"));
        assertThat(run.lines("\tat ")).as(run.output()).isEmpty();
        assertThat(folder.resolve("metadata")).doesNotExist();
        assertThat(folder.resolve("huggingface")).doesNotExist();
    }

    private Outcome train(List<String> rows) throws IOException, InterruptedException {
        Path input = Files.write(folder.resolve("rows.json"), rows);
        folder = folder.resolve("out");
        // From where the driver runs; each executor runs in a folder of its own.
        Path output = Path.of("").toAbsolutePath().relativize(folder);
        return SparkSubmit.cluster(2)
                .train(("--input " + input + " --format json --input-col tokens --output " + output + " " + TINY_GPT
                                + " --work-directory " + output.resolveSibling("work")
                                + " --num-workers 2 --partition-group-size 2"
                                + " --global-batch-size 8 --micro-batch-size 2 --max-steps 5")
                        .split(" "));
    }

    private JsonNode assertSummary(int worldSize, int partitionGroupSize, int steps) throws IOException {
        JsonNode summary =
                new ObjectMapper().readTree(folder.resolve("summary.json").toFile());
        assertThat(summary.get("worldSize").asInt()).isEqualTo(worldSize);
        assertThat(summary.get("partitionGroupSize").asInt()).isEqualTo(partitionGroupSize);
        assertThat(summary.get("steps").asInt()).isEqualTo(steps);
        assertThat(summary.get("lastLoss").asDouble())
                .isPositive()
                .isLessThan(summary.get("firstLoss").asDouble());
        assertThat(summary.get("bytes").get("partition").get("insideNode").asLong())
                .isPositive();
        return summary;
    }
}

package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkmics.integration.ChildProcess.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The notebooks that users start from, cell by cell in a real spark-shell. */
@Tag("slow")
final class NotebookIT {

    private static final Path NOTEBOOK = Path.of("../notebooks/quickstart.ipynb");

    /** What a model says of 257 tokens before it has learned anything. */
    private static final double UNTRAINED = Math.log(257);

    @Test
    void theQuickStartRunsInASparkShell(@TempDir Path folder) throws IOException, InterruptedException {
        Path home = Environment.sparkDistribution();
        Outcome shell = runInShell(home, cells(NOTEBOOK), folder);

        assertThat(shell.exitCode()).as(shell.output()).isZero();
        assertThat(shell.lines(" error:")).as(shell.output()).isEmpty();
        assertThat(shell.lines("Exception")).as(shell.output()).isEmpty();
        Matcher score = Pattern.compile("(\\d+) held-out rows, loss ([0-9.]+)").matcher(shell.output());
        assertThat(score.find()).as(shell.output()).isTrue();
        assertThat(Integer.parseInt(score.group(1))).isPositive();
        assertThat(Double.parseDouble(score.group(2))).isLessThan(UNTRAINED / 2);
        assertThat(shell.output()).contains("sample: def ");
        assertThat(folder.resolve("quickstart-model/huggingface/model.safetensors"))
                .exists();
    }

    private static List<String> cells(Path notebook) throws IOException {
        JsonNode cells = new ObjectMapper().readTree(notebook.toFile()).get("cells");
        return StreamSupport.stream(cells.spliterator(), false)
                .filter(cell -> cell.get("cell_type").asText().equals("code"))
                .map(cell -> StreamSupport.stream(cell.get("source").spliterator(), false)
                        .map(JsonNode::asText)
                        .collect(Collectors.joining()))
                .toList();
    }

    /** Each cell is pasted as one whole, as a notebook evaluates it. */
    private static Outcome runInShell(Path home, List<String> cells, Path folder)
            throws IOException, InterruptedException {
        List<String> input = new ArrayList<>();
        for (int cell = 0; cell < cells.size(); cell++) {
            Path file = Files.writeString(folder.resolve("cell" + (cell + 1) + ".scala"), cells.get(cell));
            input.add(":paste " + file);
        }
        input.add(":quit\n");
        List<String> command = List.of(
                home.resolve("bin/spark-shell").toString(),
                "--master",
                "local[2]",
                "--jars",
                SparkSubmit.ALL_JAR.toString(),
                "--conf",
                "spark.ui.enabled=false");
        return new ChildProcess(command)
                .environment(Map.of(
                        "SPARK_HOME", home.toString(), "JAVA_HOME", System.getProperty("java.home"), "TERM", "dumb"))
                .directory(folder)
                .input(String.join("\n", input))
                .run(Duration.ofMinutes(10));
    }
}

package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkmics.integration.ChildProcess.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
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
        Outcome shell = SparkShell.run(folder, folder, cells(NOTEBOOK));

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
}

package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.integration.ChildProcess.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of the front page in one shell, as they are written there, but for the folders outside the repository. */
@Tag("slow")
@Tag("python")
final class ReadmeIT {

    private static final Path REPOSITORY = Path.of("..");
    private static final Path README = REPOSITORY.resolve("README.md");

    @Test
    void theThreeExamplesRun(@TempDir Path folder) throws IOException, InterruptedException {
        Path bert = folder.resolve("bert");
        Path saved = folder.resolve("first");
        new PythonScript(Environment.python(), "encoder.py").run(bert, "BertForMaskedLM", "float32", "[\"the fox\"]");
        List<String> cells = Stream.of("### Pre-train", "### Fine-tune and classify", "### Embed")
                .map(heading -> scala(heading)
                        .replace("/models/bert-base-uncased", bert.toString())
                        .replace("/tmp/first", saved.toString()))
                .toList();

        Outcome shell = SparkShell.run(REPOSITORY, folder, cells);

        assertThat(saved.resolve("huggingface/model.safetensors")).exists();
        assertThat(shell.output())
                .contains("public final class ")
                .containsPattern("accuracy 0\\.[0-9]+|accuracy 1\\.0");
        assertThat(shell.lines("|prediction|count|")).hasSize(1);
    }

    private static String scala(String heading) {
        try {
            return new CodeBlocks(README, "scala").under(heading).get(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

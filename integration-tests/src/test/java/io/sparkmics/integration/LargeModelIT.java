package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkmics.integration.ChildProcess.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model of more than 5 GB is saved in several files, which transformers loads, and no process of ours ever holds it whole. */
@Tag("python")
@Tag("faults")
final class LargeModelIT {

    private static final long LARGEST_FILE = 5_000_000_000L;
    private static final Duration LONGEST = Duration.ofMinutes(20);

    /** What was measured, for the page of it. */
    private static final Path SEEN = Path.of("target", "large-model.json");

    @Test
    void aModelOfMoreThanFiveGigabytesIsSavedInFilesThatTransformersLoads(@TempDir Path folder) throws Exception {
        PythonScript script = new PythonScript(Environment.python(), "large.py").within(LONGEST);
        ObjectMapper json = new ObjectMapper();
        Path base = folder.resolve("base");
        Path saved = folder.resolve("saved/huggingface");
        long parameters = script.run("make", base).get("parameters").asLong();

        Outcome run = SparkSubmit.cluster(LargeModel.RANKS)
                .within(LONGEST)
                .program(
                        LargeModel.class,
                        base.toString(),
                        saved.getParent().toString(),
                        folder.resolve("work").toString());

        assertThat(run.exitCode()).as(run.output()).isZero();
        // What shows progress may have left a line unfinished.
        JsonNode ours = json.readTree(run.output().substring(run.output().lastIndexOf("{\"")));
        List<Long> files = sizes(saved);
        JsonNode theirs = script.run("compare", base, saved);
        Files.writeString(SEEN, json.writeValueAsString(Map.of("ours", ours, "files", files, "theirs", theirs)) + "\n");

        long size = 4 * parameters;
        assertThat(size).isGreaterThan(LARGEST_FILE);
        JsonNode index =
                json.readTree(saved.resolve("model.safetensors.index.json").toFile());
        assertThat(index.get("metadata").get("total_size").asLong()).isEqualTo(size);
        assertThat(files)
                .hasSizeGreaterThan(1)
                .allSatisfy(file -> assertThat(file).isLessThanOrEqualTo(LARGEST_FILE));
        assertThat(ours.get("driver").asLong()).isLessThan(size / 4);
        assertThat(ours.get("executors")).hasSize(LargeModel.RANKS);
        // Half of the model, and a copy of that half while it is saved; with the whole it would be half as much again.
        assertThat(ours.get("executors"))
                .allSatisfy(executor -> assertThat(executor.asLong()).isLessThan(size + size / 4));

        assertThat(theirs.get("warnings")).isEmpty();
        assertThat(theirs.get("missing")).isEmpty();
        assertThat(theirs.get("unexpected")).isEmpty();
        assertThat(theirs.get("parameters").asLong()).isEqualTo(parameters);
        assertThat(theirs.get("difference").asDouble()).isLessThan(1e-4);
        assertThat(theirs.get("change").asDouble()).isGreaterThan(0.01);
        assertThat(theirs.get("tensors"))
                .allSatisfy(difference -> assertThat(difference.asDouble()).isLessThan(1e-6));
    }

    private static List<Long> sizes(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".safetensors"))
                    .map(file -> file.toFile().length())
                    .toList();
        }
    }
}

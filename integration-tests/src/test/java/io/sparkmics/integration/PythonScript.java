package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkmics.integration.ChildProcess.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A script beside the tests that asks Hugging Face's libraries, and prints what they say as a line of JSON. */
record PythonScript(Path python, String name) {

    private static final Path SCRIPTS = Path.of("src/test/resources");

    JsonNode run(Object... arguments) throws IOException, InterruptedException {
        List<String> command = Stream.concat(Stream.of(python, SCRIPTS.resolve(name)), Stream.of(arguments))
                .map(Object::toString)
                .toList();
        Outcome outcome = new ChildProcess(command)
                .environment(Map.of("HF_HUB_OFFLINE", "1", "TRANSFORMERS_VERBOSITY", "error"))
                .run(Duration.ofMinutes(3));
        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
        return new ObjectMapper().readTree(outcome.lines("{").get(0));
    }
}

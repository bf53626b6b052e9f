package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkmics.integration.ChildProcess.Outcome;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * A script beside the tests that asks Hugging Face's libraries, and prints what they say as a line of JSON.
 *
 * @param deadline how long it may take
 */
record PythonScript(Path python, String name, Duration deadline) {

    static final Path SCRIPTS = Path.of("src/test/resources");

    PythonScript(Path python, String name) {
        this(python, name, Duration.ofMinutes(3));
    }

    PythonScript within(Duration longest) {
        return new PythonScript(python, name, longest);
    }

    JsonNode run(Object... arguments) throws IOException, InterruptedException {
        List<String> texts = Stream.of(arguments).map(Object::toString).toList();
        Outcome outcome = ForkServer.of(python).run(name, texts, deadline);
        assertThat(outcome.exitCode()).as(outcome.output()).isZero();
        return new ObjectMapper().readTree(outcome.lines("{").get(0));
    }
}

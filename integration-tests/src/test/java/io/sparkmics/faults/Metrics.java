package io.sparkmics.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** What a run wrote down of its steps. */
final class Metrics {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Metrics() {}

    /** The numbers of the steps, in the order of the lines. */
    static List<Long> steps(Path file) {
        return read(file, step -> step.get("step").asLong());
    }

    /** In the order of the lines, to the last digit. */
    static List<Double> losses(Path file) {
        return read(file, step -> step.get("loss").asDouble());
    }

    private static <T> List<T> read(Path file, Function<JsonNode, T> field) {
        try {
            List<T> values = new ArrayList<>();
            for (String line : Files.readAllLines(file)) {
                values.add(field.apply(JSON.readTree(line)));
            }
            return values;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package io.sparkmics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What the front page and the guide promise is what the code does. */
final class ReadmeTest {

    private static final Path README = Path.of("../README.md");
    private static final Path GUIDE = Path.of("README.md");

    static Stream<Arguments> tables() {
        return Stream.of(
                arguments("## Params", new MicsEstimator()), arguments("## Generating text", new MicsGenerator()));
    }

    @ParameterizedTest
    @MethodSource("tables")
    void theTableOfParamsIsTheCodes(String heading, Params stage) throws IOException {
        List<String> expected = Stream.concat(
                        Stream.of("| param | default | meaning |", "|---|---|---|"),
                        Arrays.stream(stage.params()).map(param -> row(stage, param)))
                .toList();

        List<String> written = section(GUIDE, heading).stream()
                .filter(line -> line.startsWith("|"))
                .toList();

        assertThat(written)
                .as("the table below %s must be%n%n%s%n", heading, String.join("\n", expected))
                .isEqualTo(expected);
    }

    @Test
    void theQuickStartAndTheTestsAreOneCommandEach() throws IOException {
        assertThat(firstBlock("## Quick start")).containsExactly("./mvnw -Pquickstart verify");
        assertThat(firstBlock("## Tests")).containsExactly("./mvnw verify");
    }

    private static <T> String row(Params stage, Param<T> param) {
        String value = stage.getDefault(param).isDefined()
                ? param.jsonEncode(stage.getDefault(param).get())
                : "";
        return "| `" + param.name() + "` | " + (value.isEmpty() ? "" : "`" + value + "`") + " | "
                + param.doc().replace("|", "\\|") + " |";
    }

    static List<String> firstBlock(String heading) throws IOException {
        List<String> lines = section(README, heading);
        int start = indexOfFence(lines, 0);
        return lines.subList(start + 1, indexOfFence(lines, start + 1));
    }

    static List<String> lastBlock(String heading) throws IOException {
        List<String> lines = section(README, heading);
        int start = -1;
        int end = -1;
        for (int index = 0; index < lines.size(); index++) {
            if (lines.get(index).startsWith("```")) {
                start = end;
                end = index;
            }
        }
        return lines.subList(start + 1, end);
    }

    private static int indexOfFence(List<String> lines, int from) {
        int index = from;
        while (!lines.get(index).startsWith("```")) {
            index++;
        }
        return index;
    }

    /** The lines from a heading to the next of any level. */
    private static List<String> section(Path file, String heading) throws IOException {
        List<String> lines = Files.readAllLines(file);
        List<String> after = lines.subList(lines.indexOf(heading) + 1, lines.size());
        return after.stream().takeWhile(line -> !line.startsWith("#")).toList();
    }
}

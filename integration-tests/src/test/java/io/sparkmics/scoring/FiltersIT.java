package io.sparkmics.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tokens are drawn as the real library draws them: of the same ones, and as often. */
@Tag("python")
final class FiltersIT {

    private static final double[][] FILTERS = {
        {1, 0, 1},
        {0.7, 0, 1},
        {1.5, 10, 1},
        {1, 1, 1},
        {1, 0, 0.9},
        {0.7, 0, 0.5},
        {2, 50, 0.8},
        {1, 400, 0.99},
        {1, 0, 0.01}
    };

    @Test
    void filtersLeaveTheProbabilitiesThatTheLibraryLeaves() throws Exception {
        ObjectMapper json = new ObjectMapper();
        String python = System.getenv("SPARK_MICS_PYTHON");
        Assumptions.assumeTrue(python != null, "SPARK_MICS_PYTHON is not set");
        Process process = new ProcessBuilder(python, "src/test/resources/filters.py", json.writeValueAsString(FILTERS))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        JsonNode theirs = json.readTree(printed);
        float[] logits = new float[theirs.get("logits").size()];
        for (int token = 0; token < logits.length; token++) {
            logits[token] = (float) theirs.get("logits").get(token).asDouble();
        }

        for (int filter = 0; filter < FILTERS.length; filter++) {
            double[] set = FILTERS[filter];
            double[] weights = new Sampling(set[0], (int) set[1], set[2], 1).weights(logits);
            double sum = Arrays.stream(weights).sum();
            for (int token = 0; token < logits.length; token++) {
                double expected =
                        theirs.get("probabilities").get(filter).get(token).asDouble();
                assertThat(weights[token] > 0)
                        .as("%s, token %d", Arrays.toString(set), token)
                        .isEqualTo(expected > 0);
                assertThat(weights[token] / sum).isCloseTo(expected, within(1e-6));
            }
        }
    }
}

package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

/** Trainings whose storage went off at a point of a save, each of them begun again. */
final class FaultPoints {

    private FaultPoints() {}

    /** Each goes on at the newest checkpoint that has a whole manifest, and ends with the weights of the reference. */
    static void assertAllResumed(JsonNode trial, JsonNode weights) {
        assertThat(trial.get("outcome").asText()).as(trial.toString()).isEqualTo("tried");
        assertThat(trial.get("points")).isNotEmpty();
        for (JsonNode point : trial.get("points")) {
            JsonNode committed = point.get("off").get("committed");
            assertThat(committed).as("what is left at " + point).isNotEmpty();
            JsonNode on = point.get("on");
            assertThat(on.get("outcome").asText()).as(point.toString()).isEqualTo("trained");
            String newest = committed.get(committed.size() - 1).asText();
            long step = Long.parseLong(newest.split("-")[1]);
            assertThat(on.get("stepsOfAttempts").get(0).asLong())
                    .as(point.toString())
                    .isEqualTo(30 - step);
            assertThat(on.get("weights")).as(point.toString()).isEqualTo(weights);
        }
    }
}

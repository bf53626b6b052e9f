package io.sparkmics.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkmics.bootstrap.groups.GroupKind;
import io.sparkmics.bootstrap.traffic.LinkClass;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingSummaryTest {

    @TempDir
    Path folder;

    @Test
    void theFileHoldsEverythingInItsOrder() throws Exception {
        summary(2.25).with("unigramLoss", 3.25).with("heldOutLoss", 2.5).write(hadoop(), new Configuration());

        JsonNode json =
                new ObjectMapper().readTree(folder.resolve("summary.json").toFile());
        assertThat(json.fieldNames())
                .toIterable()
                .containsExactly(
                        "worldSize",
                        "partitionGroupSize",
                        "parameters",
                        "steps",
                        "skippedSteps",
                        "firstLoss",
                        "lastLoss",
                        "finalLoss",
                        "validationLoss",
                        "tokens",
                        "seconds",
                        "tokensPerSecond",
                        "bytes",
                        "bytesPerStep",
                        "data",
                        "unigramLoss",
                        "heldOutLoss");
        assertThat(json.get("tokensPerSecond").doubleValue()).isEqualTo(4096);
        assertThat(json.at("/bytes/partition/insideNode").longValue()).isEqualTo(5_000_000_000L);
        assertThat(json.at("/bytesPerStep/partition/insideNode").longValue())
                .as("half of the steps were done before")
                .isEqualTo(50_000_000L);
        assertThat(json.at("/bytes/partition/betweenNodes").longValue()).isZero();
        assertThat(json.at("/bytes/interNode/betweenNodes").longValue()).isZero();
        assertThat(json.get("data").toString()).isEqualTo("{\"documents\":12,\"droppedTail\":3}");
    }

    @Test
    void theCourseOfARunIsToldAtTheEnd() throws Exception {
        RunCourse.ResumedFrom from = new RunCourse.ResumedFrom("hdfs:/checkpoints/step-10", 10);
        RunCourse.Checkpoints checkpoints = new RunCourse.Checkpoints(3, "hdfs:/checkpoints/step-40", 1.5, 31_200_000);
        new RunCourse(2, from, checkpoints, new RunCourse.Stopped(40, "a file is there"), new RunCourse.Best(30, 2.5))
                .addTo(summary(2.25))
                .write(hadoop(), new Configuration());

        JsonNode json =
                new ObjectMapper().readTree(folder.resolve("summary.json").toFile());
        assertThat(json.get("attempts").intValue()).isEqualTo(2);
        assertThat(json.get("resumedFrom").toString())
                .isEqualTo("{\"path\":\"hdfs:/checkpoints/step-10\",\"step\":10}");
        assertThat(json.get("checkpoints").toString())
                .isEqualTo("{\"count\":3,\"last\":\"hdfs:/checkpoints/step-40\",\"seconds\":1.5,\"bytes\":31200000}");
        assertThat(json.get("stoppedAfterStep").intValue()).isEqualTo(40);
        assertThat(json.get("stopReason").textValue()).isEqualTo("a file is there");
        assertThat(new RunCourse(1, null, null, null, null).addTo(summary(2.25)).describe())
                .containsEntry("attempts", 1)
                .doesNotContainKeys("resumedFrom", "checkpoints", "stoppedAfterStep", "stopReason");
        assertThatThrownBy(() -> new RunCourse(0, null, null, null, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot sum up a run of 0 attempts: it had at least one.");
    }

    @Test
    void aNumberThatIsNotFiniteIsNull() throws Exception {
        summary(Double.NaN).with("unigramLoss", Double.POSITIVE_INFINITY).write(hadoop(), new Configuration());

        JsonNode json =
                new ObjectMapper().readTree(folder.resolve("summary.json").toFile());
        assertThat(json.get("validationLoss").isNull()).isTrue();
        assertThat(json.get("unigramLoss").isNull()).isTrue();
    }

    @Test
    void withoutAnEvaluationThereIsNoValidationLoss() {
        assertThat(summary(null).describe()).doesNotContainKey("validationLoss");
    }

    @Test
    void anExtraEntryCannotReplaceOneOfOurs() {
        assertThatThrownBy(() -> summary(null).with("steps", 3).describe())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot add steps to the summary: it has an entry of that name. Choose another name.");
    }

    @Test
    void groupsThatDoNotFitTheWorldAreRefused() {
        assertThatThrownBy(
                        () -> new TrainingSummary(4, 3, 1, 1, 0, 1, 1, 1, null, 1, 1, 1, Map.of(), Map.of(), Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot sum up a training: world size 4 is not a multiple of partition group size 3.");
    }

    private org.apache.hadoop.fs.Path hadoop() {
        return new org.apache.hadoop.fs.Path(folder.toString());
    }

    private static TrainingSummary summary(Double validationLoss) {
        Map<String, Long> data = new LinkedHashMap<>();
        data.put("documents", 12L);
        data.put("droppedTail", 3L);
        return new TrainingSummary(
                4,
                2,
                1_300_000,
                200,
                2,
                5.5,
                2.1,
                2.0,
                validationLoss,
                819_200,
                200,
                100,
                Map.of(GroupKind.PARTITION, Map.of(LinkClass.INSIDE_NODE, 5_000_000_000L)),
                data,
                Map.of());
    }
}

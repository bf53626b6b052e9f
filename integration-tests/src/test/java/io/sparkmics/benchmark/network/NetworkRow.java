package io.sparkmics.benchmark.network;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkmics.benchmark.Median;
import io.sparkmics.monitor.WaitSeconds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * What was measured of one contestant. A row of a table, and a line of {@code rows.jsonl}.
 *
 * @param contestant its id
 * @param partitionGroupSize p, or what comes to it in PyTorch
 * @param network what the hosts were
 * @param microSteps of a step
 * @param seconds of a step, in each round
 * @param timesFirst seconds beside the first contestant's of the same round, the median
 * @param linkBytes of a step, over the busiest link in its busier direction
 * @param cpuSeconds of a rank and step
 * @param waits of a rank in a step, the mean; null where it was not measured
 * @param difference of what is learned to what the first contestant learns, in words; null: none
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record NetworkRow(
        String contestant,
        int partitionGroupSize,
        NetworkSetting network,
        int microSteps,
        List<Double> seconds,
        double timesFirst,
        double linkBytes,
        double cpuSeconds,
        WaitSeconds waits,
        String difference) {

    private static final ObjectMapper JSON = new ObjectMapper();

    String label() {
        return Contestant.named(contestant).label();
    }

    double secondsOfStep() {
        return Median.of(seconds);
    }

    /** What the plan has of {@link #linkBytes}. */
    double plannedBytes() {
        return NetworkPlan.bytesOfStep(network, microSteps, Contestant.named(contestant));
    }

    /** Tokens a second of all ranks together. */
    double tokensPerSecond() {
        return (double) tokens() / secondsOfStep();
    }

    private long tokens() {
        return (long) network.worldSize() * microSteps * network.microBatch() * network.context();
    }

    double tokensPerSecondOfRank() {
        return tokensPerSecond() / network.worldSize();
    }

    /** How much of what the link could send in this time it has sent. */
    double shareOfLink() {
        return linkBytes / secondsOfStep() / network.linkRate().bytesPerSecond();
    }

    /** How much of the time all cores that there are have computed. */
    double shareOfCores() {
        return cpuSeconds * network.worldSize() / secondsOfStep() / network.coresOfAll();
    }

    /** Adds it to a file. */
    void appendTo(Path file) throws IOException {
        Files.writeString(
                file, JSON.writeValueAsString(this) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    static List<NetworkRow> read(Path file) throws IOException {
        List<NetworkRow> rows = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            rows.add(JSON.readValue(line, NetworkRow.class));
        }
        return rows;
    }
}

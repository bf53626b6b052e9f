package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkmics.faults.FaultProgram;
import io.sparkmics.integration.ChildProcess.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Trials that were gone through on a cluster of its own: three hosts, the first with two executors, the others with one. */
final class FaultRun {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Every trial of a build with all that was seen of it, for the times of faults.md. */
    private static final Path SEEN = Path.of("target", "faults.jsonl");

    private final Outcome outcome;
    private final Map<String, JsonNode> trials = new LinkedHashMap<>();

    private FaultRun(Outcome outcome) throws IOException {
        this.outcome = outcome;
        for (String line : outcome.lines(FaultProgram.MARK)) {
            JsonNode trial =
                    JSON.readTree(line.substring(line.indexOf(FaultProgram.MARK) + FaultProgram.MARK.length()));
            trials.put(trial.get("name").asText(), trial);
        }
        Files.write(
                SEEN,
                trials.values().stream().map(JsonNode::toString).toList(),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    /** What is inspected while the cluster is still there, when the program has ended. */
    interface Inspection {
        void of(Outcome outcome) throws IOException, InterruptedException;
    }

    static FaultRun of(Path folder, Duration deadline, String... trials) throws IOException, InterruptedException {
        return of(folder, deadline, outcome -> {}, trials);
    }

    static FaultRun of(Path folder, Duration deadline, Inspection inspection, String... trials)
            throws IOException, InterruptedException {
        try (StandaloneCluster hosts = StandaloneCluster.start()) {
            List<String> workers = new ArrayList<>();
            for (int cores : new int[] {2, 1, 1}) {
                workers.add(Long.toString(hosts.addWorker(cores, 640 * cores)));
            }
            List<String> arguments = new ArrayList<>(List.of(folder.toString(), String.join(",", workers)));
            arguments.addAll(List.of(trials));
            Outcome run =
                    hosts.submit("512m").within(deadline).program(FaultProgram.class, arguments.toArray(String[]::new));
            inspection.of(run);
            return new FaultRun(run);
        }
    }

    Outcome outcome() {
        return outcome;
    }

    /** What was seen of a trial. */
    JsonNode trial(String name) {
        assertThat(trials).as(outcome.output()).containsKey(name);
        return trials.get(name);
    }
}

package io.sparkmics.faults;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The forward passes of a trial, as the ranks have told of them: what they were before and behind the first fault. */
final class Passes {

    private final List<JsonNode> passes;
    private final List<JsonNode> faults;

    private Passes(List<JsonNode> passes, List<JsonNode> faults) {
        this.passes = passes;
        this.faults = faults;
    }

    static Passes of(FaultFolder folder) {
        return new Passes(folder.told(FaultStage.PASSES), folder.told(FaultStage.DONE));
    }

    /** @param ends of the tasks of all attempts */
    void describe(Map<String, Object> seen, List<Observer.End> ends) {
        Map<String, Integer> steps = new LinkedHashMap<>();
        passes.forEach(
                pass -> steps.merge(pass.get("stage").asText(), pass.get("call").asInt(), Math::max));
        seen.put("stepsOfAttempts", List.copyOf(steps.values()));
        seen.put(
                "processesOfAttempts",
                steps.keySet().stream().map(this::processes).toList());
        seen.put(
                "residentOfAttempts",
                steps.keySet().stream().map(this::resident).toList());
        faults.stream().findFirst().ifPresent(first -> describe(seen, first, ends));
    }

    private void describe(Map<String, Object> seen, JsonNode first, List<Observer.End> ends) {
        long time = first.get("time").asLong();
        String attempt = first.path("stage").asText();
        Stream<JsonNode> again = passes.stream()
                .filter(pass -> pass.get("time").asLong() > time
                        && !pass.get("stage").asText().equals(attempt)
                        && pass.get("call").asInt() == 1);
        OptionalLong training =
                again.mapToLong(pass -> pass.get("time").asLong()).min();
        seen.put("trainingAgainAfter", training.isPresent() ? (training.getAsLong() - time) / 1e3 : -1);
        List<Observer.End> others = ends.stream()
                .filter(end -> end.stage().equals(attempt)
                        && end.partition() != first.path("partition").asInt(-1))
                .toList();
        OptionalLong out = others.stream().mapToLong(Observer.End::time).max();
        seen.put("othersEnded", others.size());
        seen.put("othersOutAfter", out.isPresent() ? (out.getAsLong() - time) / 1e3 : -1);
        seen.put(
                "failures",
                ends.stream()
                        .filter(end ->
                                end.stage().equals(attempt) && !end.failure().isEmpty())
                        .map(end -> "rank " + end.partition() + ": " + firstLine(end.failure()))
                        .toList());
    }

    private static String firstLine(String text) {
        return text.lines().limit(1).findFirst().orElse("");
    }

    private TreeSet<Long> processes(String attempt) {
        TreeSet<Long> processes = new TreeSet<>();
        passes.stream()
                .filter(pass -> pass.get("stage").asText().equals(attempt))
                .forEach(pass -> processes.add(pass.get("process").asLong()));
        return processes;
    }

    /** The most that one rank had in memory, in MiB. */
    private long resident(String attempt) {
        return passes.stream()
                        .filter(pass -> pass.get("stage").asText().equals(attempt))
                        .mapToLong(pass -> pass.get("resident").asLong())
                        .max()
                        .orElse(0)
                >> 20;
    }
}

package io.sparkmics.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which tensor of a folder each parameter starts from.
 *
 * @param tensors the tensor's name, by the parameter's
 * @param drawn the parameters that the folder does not have, and that start as those of a new model
 * @param problems what does not fit, a part of a sentence each; empty where all does
 */
public record PretrainedMatch(Map<String, String> tensors, List<String> drawn, List<String> problems) {

    /** Of a thousand names that are missing, these tell enough. */
    private static final int NAMED = 5;

    public PretrainedMatch {
        tensors = Map.copyOf(tensors);
        drawn = List.copyOf(drawn);
        problems = List.copyOf(problems);
    }

    /** @param shapes of the folder's tensors, by name */
    public static PretrainedMatch of(Model model, Map<String, List<Long>> shapes) {
        return of(model.pretrainedUnits(), model.pretrainedNames(), model.tokenTables(), shapes);
    }

    /**
     * As above.
     *
     * @param units that start from the folder
     * @param tokenTables as in {@link Model#tokenTables}
     */
    public static PretrainedMatch of(
            List<Unit> units, PretrainedNames names, Set<String> tokenTables, Map<String, List<Long>> shapes) {
        Map<String, String> tensors = new LinkedHashMap<>();
        List<String> drawn = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        List<String> misshapen = new ArrayList<>();
        for (Unit unit : units) {
            for (Parameter parameter : unit.parameters()) {
                Optional<String> tensor = names.find(parameter.name(), shapes.keySet());
                if (tensor.isEmpty()) {
                    (names.draws(parameter.name()) ? drawn : missing).add(parameter.name());
                    continue;
                }
                List<Long> shape = shapes.get(tensor.get());
                if (!shape.equals(parameter.shape()) && !grows(tokenTables, parameter, shape)) {
                    misshapen.add(tensor.get() + " is " + shape + " and the model's is " + parameter.shape());
                }
                tensors.put(parameter.name(), tensor.get());
            }
        }
        Set<String> unexpected = new TreeSet<>(shapes.keySet());
        unexpected.removeAll(tensors.values());
        unexpected.removeIf(names::ignores);
        List<String> problems = new ArrayList<>();
        add(problems, missing, "missing");
        add(problems, unexpected, "unexpected");
        add(problems, misshapen, "of another shape");
        return new PretrainedMatch(tensors, drawn, problems);
    }

    /** Whether the folder has fewer tokens, and nothing else is different. */
    private static boolean grows(Set<String> tokenTables, Parameter parameter, List<Long> shape) {
        List<Long> whole = parameter.shape();
        return tokenTables.contains(parameter.name())
                && shape.size() == whole.size()
                && shape.get(0) < whole.get(0)
                && shape.subList(1, shape.size()).equals(whole.subList(1, whole.size()));
    }

    private static void add(List<String> problems, Collection<String> found, String what) {
        if (!found.isEmpty()) {
            String named = String.join(", ", found.stream().limit(NAMED).toList());
            problems.add(found.size() + " " + what + " (" + named + (found.size() > NAMED ? ", ..." : "") + ")");
        }
    }
}

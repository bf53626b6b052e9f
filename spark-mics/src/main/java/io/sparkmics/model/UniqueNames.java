package io.sparkmics.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Units and parameters are told apart by their names, in memory, in seeds and in saved files. */
public final class UniqueNames {

    private UniqueNames() {}

    /** What is wrong with a model's names, as sentences for the user; empty when they will do. */
    public static List<String> problems(Model model) {
        List<String> problems = new ArrayList<>();
        Set<String> units = new HashSet<>();
        Set<String> parameters = new HashSet<>();
        for (Unit unit : model.units()) {
            if (!units.add(unit.name())) {
                problems.add("Cannot train the model: two different units are named " + unit.name()
                        + ". Give each unit a name of its own; stages that share weights name equal units.");
            }
            for (Parameter parameter : unit.parameters()) {
                if (!parameters.add(parameter.name())) {
                    problems.add("Cannot train the model: two parameters are named " + parameter.name()
                            + ". Give each parameter a name of its own.");
                }
            }
        }
        return problems;
    }
}

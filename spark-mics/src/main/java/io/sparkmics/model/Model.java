package io.sparkmics.model;

import java.util.List;
import java.util.Set;

/**
 * What is trained: a list of stages over a list of units.
 *
 * <p>The last stage makes one loss for each sequence of the micro-batch, shape [b]; the engine weighs and averages them.
 * Implementations hold no tensors and no state.
 */
public interface Model {

    /** The stages, in the order of the forward pass. */
    List<Stage> stages();

    /** Every unit that a stage names, once, in the order of first use. */
    default List<Unit> units() {
        return stages().stream()
                .flatMap(stage -> stage.units().stream())
                .distinct()
                .toList();
    }

    /** How the tensors are called in a folder that the model can start from: as its parameters, where nothing else is said. */
    default PretrainedNames pretrainedNames() {
        return PretrainedNames.SAME;
    }

    /** The units that start from such a folder. */
    default List<Unit> pretrainedUnits() {
        return units();
    }

    /** The linear maps that can be adapted, of which every stage lets {@link Weights#adapted} change the result. */
    default List<Projection> projections() {
        return List.of();
    }

    /**
     * The units that are trained in full beside adapters, and not adapted: those of what is new with each task, as the last
     * projection of a classifier. Such a unit has the name of PEFT's module.
     */
    default List<Unit> taskHeads() {
        return List.of();
    }

    /**
     * The names of parameters that have a row for each token id. In a folder that the model starts from they may be shorter: rows
     * behind those that are there start as those of a new model.
     */
    default Set<String> tokenTables() {
        return Set.of();
    }

    /**
     * The number of parameters; a shared one counts once.
     *
     * @throws IllegalArgumentException when it is no long
     */
    default long size() {
        List<Unit> units = units();
        try {
            return units.stream().mapToLong(Unit::size).reduce(0, Math::addExact);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "Cannot size the model: its " + units.size()
                            + " units have more parameters than can be counted. Choose smaller sizes.",
                    e);
        }
    }
}

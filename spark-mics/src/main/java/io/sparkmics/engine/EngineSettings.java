package io.sparkmics.engine;

import io.sparkmics.engine.device.ElementTypes;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.device.ReductionPrecision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.model.Model;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import io.sparkmics.plan.ActivationModel;
import io.sparkmics.plan.MemoryModel;
import java.io.Serializable;
import java.util.List;

/**
 * What a step needs to know besides the model.
 *
 * @param optimizer which, and its constants
 * @param gradientClipping the largest global norm that passes; 0: every norm does
 * @param seed of initialization and dropout
 * @param precision of the model states and of what is computed with them
 * @param reductionPrecision what hop 1 sums in, where precision is {@link Precision#BFLOAT16}
 */
public record EngineSettings(
        OptimizerSettings optimizer,
        double gradientClipping,
        long seed,
        Precision precision,
        ReductionPrecision reductionPrecision)
        implements Serializable {

    /** Sums in single precision where there is a choice. */
    public EngineSettings(OptimizerSettings optimizer, double gradientClipping, long seed, Precision precision) {
        this(optimizer, gradientClipping, seed, precision, ReductionPrecision.FLOAT32);
    }

    /** What the plan knows of a model that is trained so: its units, and what their elements take. */
    public MemoryModel memoryModel(Model model) {
        List<Unit> units = model.units();
        return new MemoryModel(
                units.stream().map(Unit::size).toList(),
                model.stages().stream()
                        .map(stage -> stage.units().stream().map(units::indexOf).toList())
                        .toList(),
                types().bytes(),
                optimizer.moments(),
                false);
    }

    /**
     * What the plan knows of the activations of a model that is trained so. A weight of several dimensions is taken to read and
     * make as many numbers for each token as it has rows and columns; a stage whose backward pass needs no weights looks its
     * rows up, and reads none.
     */
    public ActivationModel activationModel(ModelConfig config) {
        Model model = config.build();
        return new ActivationModel(
                model.stages().stream().map(EngineSettings::width).toList(), 0, types().bytes());
    }

    private static long width(Stage stage) {
        return stage.units().stream()
                .flatMap(unit -> unit.parameters().stream())
                .filter(parameter -> parameter.shape().size() > 1)
                .mapToLong(parameter -> {
                    long rows = parameter.shape().get(0);
                    return (stage.backwardReadsWeights() ? rows : 0) + parameter.size() / rows;
                })
                .sum();
    }

    ElementTypes types() {
        return ElementTypes.of(precision, reductionPrecision);
    }
}

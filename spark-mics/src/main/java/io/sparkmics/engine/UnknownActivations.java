package io.sparkmics.engine;

import io.sparkmics.model.ChunkedLoss;
import io.sparkmics.model.Model;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.Stage;
import io.sparkmics.plan.ActivationCheckpointing;
import io.sparkmics.plan.ActivationModel;
import io.sparkmics.plan.ActivationModel.PerStage;
import io.sparkmics.plan.StageActivations;
import java.util.ArrayList;
import java.util.List;

/**
 * About what a user's own stages keep, from the shapes of their weights alone: meant to be right within a factor of two for
 * stages that read each weight matrix once for each token.
 *
 * <p>Such a matrix keeps its input, and its result is kept by what comes behind it: as many numbers as it has rows and
 * columns. On the way there and back comes once more what it has kept, twice with the gradients. A stage whose backward pass
 * needs no weights looks its rows up, and reads none.
 */
final class UnknownActivations {

    private UnknownActivations() {}

    /** @param element bytes of what is computed with; the last stage makes the loss, in single precision at least */
    static ActivationModel of(Model model, int element, ActivationCheckpointing checkpointing) {
        List<PerStage> stages = new ArrayList<>();
        for (int index = 0; index < model.stages().size(); index++) {
            boolean last = index == model.stages().size() - 1;
            double kept = (double) width(model.stages().get(index)) * (last ? Math.max(Float.BYTES, element) : element);
            double output = last ? 0 : (double) inputWidth(model.stages().get(index + 1)) * element;
            Stage stage = model.stages().get(index);
            stages.add((sequences, context) ->
                    stage((double) sequences * atATime(stage, sequences, context), output, kept));
        }
        return new ActivationModel(stages, checkpointing);
    }

    private static long atATime(Stage stage, int sequences, int context) {
        return stage instanceof ChunkedLoss loss
                ? Math.min(context, loss.positionsAtATime(sequences, context))
                : context;
    }

    private static StageActivations stage(double tokens, double output, double kept) {
        double beside = Math.max(0, kept - output);
        return new StageActivations(
                tokens * output, tokens * beside, tokens * (output + 2 * beside), tokens * (output + 3 * beside));
    }

    private static long width(Stage stage) {
        return matrices(stage).stream()
                .mapToLong(parameter -> {
                    long rows = parameter.shape().get(0);
                    return (stage.backwardReadsWeights() ? rows : 0) + parameter.size() / rows;
                })
                .sum();
    }

    /** Weights lie in either order: what a stage is given is taken to be the shorter side of the first. */
    private static long inputWidth(Stage stage) {
        return matrices(stage).stream()
                .mapToLong(parameter -> Math.min(
                        parameter.shape().get(0),
                        parameter.size() / parameter.shape().get(0)))
                .findFirst()
                .orElse(0);
    }

    private static List<Parameter> matrices(Stage stage) {
        return stage.units().stream()
                .flatMap(unit -> unit.parameters().stream())
                .filter(parameter -> parameter.shape().size() > 1)
                .toList();
    }
}

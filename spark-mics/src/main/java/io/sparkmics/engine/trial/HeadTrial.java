package io.sparkmics.engine.trial;

import io.sparkmics.engine.stage.Activation;
import io.sparkmics.engine.stage.StagePass;
import io.sparkmics.model.Model;
import io.sparkmics.model.Stage;
import java.util.Arrays;
import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What stands for the last stage when a trained model is used, with its weights whole.
 *
 * @param name as people implement it
 * @param shape that it must make
 */
record HeadTrial(String name, Stage head, ScalarType type, long[] shape) {

    /**
     * @param of what it is tried on
     * @param wanted what the stage before must hand on
     * @throws ModelTrial.Refused where something is wrong with it
     */
    void run(Model model, Supplier<Tensor> input, StagePass pass, String of, String wanted) {
        if (head == null || !model.units().containsAll(head.units())) {
            throw new ModelTrial.Refused("Cannot train the model: its " + name
                    + " are null, or read a unit that no stage names. Make them of what the last stage reads.");
        }
        try (PointerScope scope = new PointerScope();
                WholeStage whole = new WholeStage(head, type);
                Activation activation = whole.bound().forward(input.get(), pass)) {
            Tensor output = activation.output();
            if (!output.is_floating_point() || !hasShape(output)) {
                throw new ModelTrial.Refused("Cannot train the model: its " + name + " make "
                        + StageTrial.describe(output) + " of " + of + ". Make them floating point of shape "
                        + Arrays.toString(shape) + " here.");
            }
        } catch (ModelTrial.Refused refused) {
            throw refused;
        } catch (RuntimeException e) {
            int last = model.stages().size();
            throw new ModelTrial.Refused("Cannot train the model: its " + name + ", beside stage " + last + " of "
                    + last + " (" + head.getClass().getName() + "), fail on " + of + ": " + StageTrial.reason(e) + ". "
                    + StageTrial.remedy(e, "Let the stage before the last hand on " + wanted) + ".");
        }
    }

    private boolean hasShape(Tensor output) {
        boolean same = output.dim() == shape.length;
        for (int dimension = 0; same && dimension < shape.length; dimension++) {
            same = output.size(dimension) == shape[dimension];
        }
        return same;
    }
}

package io.sparkmics.model;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** One part of the forward pass: reads one tensor and the weights of its units, makes one tensor. */
public interface Stage {

    /** The units that are gathered while this stage runs. Two stages that name equal units share one unit's weights. */
    List<Unit> units();

    /**
     * The forward pass. The backward pass is derived from it, so only differentiable operations may lie between {@code
     * input}, {@code weights} and the result. No global random generator: use {@link ForwardPass#dropout}.
     *
     * @param input the batch's data for the first stage, the result of the stage before for the others
     */
    Tensor forward(Tensor input, Weights weights, ForwardPass pass);

    /** False where the backward pass needs no weights (a lookup in a table): they are not gathered for it. */
    default boolean backwardReadsWeights() {
        return true;
    }
}

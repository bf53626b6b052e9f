package io.sparkmics.model;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/** One part of the forward pass: reads one tensor and the weights of its units, makes one tensor. */
public interface Stage {

    /**
     * The units that are gathered while this stage runs, each once; none where it reads no weights. Two stages that name equal
     * units share one unit's weights.
     */
    List<Unit> units();

    /**
     * The forward pass. The backward pass is derived from it, so only differentiable operations may lie between {@code
     * input}, {@code weights} and the result. No global random generator: use {@link ForwardPass#dropout}.
     *
     * <p>The result may be any tensor: a view of the input or of the weights, the input itself, or the batch's data.
     * Integers have no gradient: they may be handed on where no unit has been read yet. No gradient flows to a stage whose
     * result nobody reads, or that is cut off by {@code detach}: its parameters have gradient zero then, with which AdamW
     * still decays those that decay. The last stage makes one loss for each sequence, floating point of shape [b].
     *
     * <p>Neither {@code input} nor {@code weights} nor the data may be changed in place, or be closed; and nothing that was
     * made may be kept for another call. The engine frees it.
     *
     * @param input the batch's data for the first stage, the result of the stage before for the others
     */
    Tensor forward(Tensor input, Weights weights, ForwardPass pass);

    /**
     * False where the backward pass needs no weights (a lookup in a table): they are not gathered for it. A backward pass that
     * reads them all the same ends the process.
     */
    default boolean backwardReadsWeights() {
        return true;
    }
}

package io.sparkmics.model.lora;

import static org.bytedeco.pytorch.global.torch.linear;

import io.sparkmics.model.ForwardPass;
import io.sparkmics.model.Initialization;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.Projection;
import io.sparkmics.model.Weights;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * What is trained beside a projection: A, [r, inputs], and B, [outputs, r]. To what the projection makes of x is added alpha / r
 * · x Aᵀ Bᵀ: nothing at first, for B begins with zeros.
 */
public record Adapter(Projection projection, Lora lora) {

    /** The name of A. */
    public String down() {
        return projection.name() + ".lora_A.weight";
    }

    /** The name of B. */
    public String up() {
        return projection.name() + ".lora_B.weight";
    }

    /** As PEFT begins: A as libtorch's linear layers do, by Kaiming's rule with a = √5. */
    List<Parameter> parameters() {
        double bound = 1 / Math.sqrt(projection.inputs());
        Initialization kaiming = Initialization.uniform(-bound, bound);
        return List.of(
                Parameter.weight(down(), kaiming, lora.rank(), projection.inputs()),
                Parameter.weight(up(), Initialization.constant(0), projection.outputs(), lora.rank()));
    }

    Tensor adapted(Tensor input, Tensor output, Weights weights, ForwardPass pass) {
        Tensor narrow = linear(dropped(input, pass), weights.get(down()));
        return output.add(linear(narrow, weights.get(up())), new Scalar(lora.scale()));
    }

    private Tensor dropped(Tensor input, ForwardPass pass) {
        if (!pass.training() || lora.dropout() == 0) {
            return input;
        }
        long sequences = pass.data().size(0);
        return pass.dropout(input.reshape(sequences, -1), lora.dropout(), projection.name() + ".lora_dropout")
                .view_as(input);
    }

    /**
     * The weight with which the projection alone makes what both make together: of the caller's scope.
     *
     * @param weight of the projection; stays as it is
     */
    public Tensor merged(Tensor weight, Tensor down, Tensor up) {
        Tensor product = up.matmul(down);
        return weight.add(projection.inputsFirst() ? product.t() : product, new Scalar(lora.scale()))
                .contiguous();
    }
}

package io.sparkmics.model.bert;

import static org.bytedeco.pytorch.global.torch.linear;

import io.sparkmics.model.Initialization;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.Weights;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/** A projection with a bias, [..., in] to [..., out]. */
record Linear(String name, long in, long out) {

    List<Parameter> parameters() {
        return List.of(
                Parameter.weight(name + ".weight", Initialization.normal(BertConfig.INITIAL_DEVIATION), out, in),
                Parameter.vector(name + ".bias", Initialization.constant(0), out));
    }

    Tensor of(Tensor input, Weights weights) {
        Tensor output = linear(input, weights.get(name + ".weight"), new TensorOptional(weights.get(name + ".bias")));
        return weights.adapted(name, input, output);
    }
}

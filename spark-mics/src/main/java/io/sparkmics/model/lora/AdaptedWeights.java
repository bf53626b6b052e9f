package io.sparkmics.model.lora;

import io.sparkmics.model.ForwardPass;
import io.sparkmics.model.Weights;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * The weights of one pass, with what adapters add.
 *
 * @param adapters by the names of their projections
 */
record AdaptedWeights(Weights weights, Map<String, Adapter> adapters, ForwardPass pass) implements Weights {

    @Override
    public Tensor get(String name) {
        return weights.get(name);
    }

    @Override
    public Tensor aligned(String name) {
        return weights.aligned(name);
    }

    @Override
    public Tensor adapted(String projection, Tensor input, Tensor output) {
        Adapter adapter = adapters.get(projection);
        return adapter == null ? output : adapter.adapted(input, output, weights, pass);
    }
}

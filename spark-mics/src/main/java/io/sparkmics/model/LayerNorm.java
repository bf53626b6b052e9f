package io.sparkmics.model;

import static org.bytedeco.pytorch.global.torch.layer_norm;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/**
 * Each vector to mean 0 and variance 1, scaled and shifted. Source: Ba et al., "Layer Normalization", 2016.
 *
 * @param name of its parameters, {@code .weight} and {@code .bias}
 * @param epsilon added to the variance
 */
public record LayerNorm(String name, long width, double epsilon) {

    public List<Parameter> parameters() {
        return List.of(
                Parameter.vector(name + ".weight", Initialization.constant(1), width),
                Parameter.vector(name + ".bias", Initialization.constant(0), width));
    }

    /** @param input [..., width] */
    public Tensor of(Tensor input, Weights weights) {
        return layer_norm(
                input,
                new long[] {width},
                new TensorOptional(weights.get(name + ".weight")),
                new TensorOptional(weights.get(name + ".bias")),
                epsilon,
                false);
    }
}

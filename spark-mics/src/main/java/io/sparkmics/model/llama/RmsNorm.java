package io.sparkmics.model.llama;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Divides each vector by the root of its mean square: in float32 at least, as a sum of squares needs more than bfloat16. */
record RmsNorm(String weight, double epsilon) {

    /** @param input [..., width] */
    Tensor of(Tensor input, Tensor scale) {
        ScalarType type = input.scalar_type().intern();
        Tensor wide = type == ScalarType.Double ? input : input.to(ScalarType.Float);
        Tensor meanSquare = wide.pow(new Scalar(2L)).mean(new long[] {-1}, true, new ScalarTypeOptional());
        Tensor normed = wide.mul(meanSquare.add(new Scalar(epsilon)).rsqrt());
        return scale.mul(normed.to(type));
    }
}

package io.sparkmics.model.llama;

import static org.bytedeco.pytorch.global.torch.arange;
import static org.bytedeco.pytorch.global.torch.cat;
import static org.bytedeco.pytorch.global.torch.pow;
import static org.bytedeco.pytorch.global.torch.where;

import io.sparkmics.model.ForwardPass;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Rotary positions: each pair of a head's numbers, i and i + d/2, is turned by its position times a frequency. Angles are
 * computed in float32 whatever the model's type, as Hugging Face's library does it, so that both turn by the same ones.
 *
 * @param cosine [t, d] or, for each sequence its own, [b, 1, t, d], in the type of what is turned
 * @param sine as the cosine
 */
record Rotation(Tensor cosine, Tensor sine) {

    /** @param input of a pass, [b, t, width]: of the type and on the device of what will be turned */
    static Rotation of(LlamaConfig config, Tensor input, ForwardPass pass) {
        return pass.past()
                .map(past -> of(config, past.positions().unsqueeze(1).to(ScalarType.Float), input))
                .orElseGet(() -> of(config, arange(new Scalar(input.size(1)), single(input)), input));
    }

    /** @param positions float32 [..., t] */
    static Rotation of(LlamaConfig config, Tensor positions, Tensor like) {
        Tensor half = positions.unsqueeze(-1).mul(frequencies(config, single(like)));
        Tensor angles = cat(new TensorVector(half, half), -1);
        ScalarType type = like.scalar_type().intern();
        return new Rotation(angles.cos().to(type), angles.sin().to(type));
    }

    private static TensorOptions single(Tensor like) {
        return like.options().dtype(new ScalarTypeOptional(ScalarType.Float));
    }

    /** [d/2] */
    private static Tensor frequencies(LlamaConfig config, TensorOptions options) {
        int size = config.headSize();
        Tensor exponents = arange(new Scalar(0L), new Scalar((long) size), new Scalar(2L), options)
                .div(new Scalar((double) size));
        Tensor frequencies = pow(new Scalar(config.rotaryBase()), exponents).reciprocal();
        RotaryScaling scaling = config.scaling();
        return switch (scaling.type()) {
            case "linear" -> frequencies.div(new Scalar(scaling.factor()));
            case "llama3" -> stretched(frequencies, scaling);
            default -> frequencies;
        };
    }

    /** Source: Meta's Llama 3.1, as Hugging Face's library computes it. */
    private static Tensor stretched(Tensor frequencies, RotaryScaling scaling) {
        double low = scaling.lowFrequencyFactor();
        double high = scaling.highFrequencyFactor();
        Tensor lengths = frequencies.reciprocal().mul(new Scalar(2 * Math.PI));
        Tensor slow = frequencies.div(new Scalar(scaling.factor()));
        Tensor part = lengths.reciprocal()
                .mul(new Scalar((double) scaling.originalPositions()))
                .sub(new Scalar(low))
                .div(new Scalar(high - low));
        Tensor between = slow.mul(part.neg().add(new Scalar(1L))).add(frequencies.mul(part));
        Tensor isLong = lengths.gt(new Scalar(scaling.originalPositions() / low));
        Tensor isShort = lengths.lt(new Scalar(scaling.originalPositions() / high));
        return where(isLong, slow, where(isShort, frequencies, between));
    }

    /** @param heads [b, heads, t, d] */
    Tensor turn(Tensor heads) {
        long half = heads.size(3) / 2;
        Tensor crossed = cat(new TensorVector(heads.narrow(3, half, half).neg(), heads.narrow(3, 0, half)), -1);
        return heads.mul(cosine).add(crossed.mul(sine));
    }
}

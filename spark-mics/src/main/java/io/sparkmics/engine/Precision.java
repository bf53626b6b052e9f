package io.sparkmics.engine;

import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The type of parameters, gradients and moments. */
public enum Precision {
    FLOAT32(ScalarType.Float, Float.BYTES),
    /** For proofs of correctness: half the speed, twice the memory. */
    FLOAT64(ScalarType.Double, Double.BYTES);

    private final ScalarType type;
    private final int bytes;

    Precision(ScalarType type, int bytes) {
        this.type = type;
        this.bytes = bytes;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }

    ScalarType type() {
        return type;
    }

    TensorOptions options() {
        return Native.options(type);
    }
}

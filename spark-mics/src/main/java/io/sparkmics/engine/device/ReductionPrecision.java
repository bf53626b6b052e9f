package io.sparkmics.engine.device;

import org.bytedeco.pytorch.global.torch.ScalarType;

/** What a hop sums gradients in, and sends. */
public enum ReductionPrecision {
    /** What summed gradients are kept in, single precision or double. */
    FLOAT32(ScalarType.Float),
    /** Half the bytes, and each addition rounds to 8 bits. */
    BFLOAT16(ScalarType.BFloat16);

    private final ScalarType type;

    ReductionPrecision(ScalarType type) {
        this.type = type;
    }

    ScalarType type() {
        return type;
    }
}

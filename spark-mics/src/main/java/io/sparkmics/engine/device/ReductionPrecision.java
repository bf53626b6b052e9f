package io.sparkmics.engine.device;

import org.bytedeco.pytorch.global.torch.ScalarType;

/** What hop 1 sums gradients in when the precision is {@link Precision#BFLOAT16}; without meaning for the others. */
public enum ReductionPrecision {
    FLOAT32(ScalarType.Float),
    /** Half the bytes on the wire, and each addition of the partition group rounds to 8 bits. */
    BFLOAT16(ScalarType.BFloat16);

    private final ScalarType type;

    ReductionPrecision(ScalarType type) {
        this.type = type;
    }

    ScalarType type() {
        return type;
    }
}

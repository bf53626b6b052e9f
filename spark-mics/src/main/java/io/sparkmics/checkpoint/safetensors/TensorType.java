package io.sparkmics.checkpoint.safetensors;

/** The element types of saved tensors, under their safetensors names. We write the first three, and read the floating ones. */
public enum TensorType {
    F32(Float.BYTES, true),
    F64(Double.BYTES, true),
    I64(Long.BYTES, false),
    F16(2, true),
    BF16(2, true),
    I32(4, false),
    I16(2, false),
    I8(1, false),
    U8(1, false),
    BOOL(1, false);

    private final int bytes;
    private final boolean floating;

    TensorType(int bytes, boolean floating) {
        this.bytes = bytes;
        this.floating = floating;
    }

    /** The size of one element. */
    public int bytes() {
        return bytes;
    }

    /** Whether a model's parameters may have it. */
    public boolean floating() {
        return floating;
    }
}

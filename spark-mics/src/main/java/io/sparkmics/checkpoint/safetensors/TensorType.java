package io.sparkmics.checkpoint.safetensors;

/** The element types of saved tensors, under their safetensors names. */
public enum TensorType {
    F32(Float.BYTES),
    F64(Double.BYTES),
    I64(Long.BYTES);

    private final int bytes;

    TensorType(int bytes) {
        this.bytes = bytes;
    }

    /** The size of one element. */
    public int bytes() {
        return bytes;
    }
}

package io.sparkmics.checkpoint.safetensors;

import java.util.List;

/**
 * What a saved model says of one tensor.
 *
 * @param name unique in its file
 * @param shape its sizes, none negative; empty for a single number
 */
public record TensorInfo(String name, TensorType type, List<Long> shape) {

    /** What libtorch can hold. */
    static final int MOST_DIMENSIONS = 64;

    public TensorInfo {
        shape = List.copyOf(shape);
        if (shape.size() > MOST_DIMENSIONS) {
            throw new IllegalArgumentException("Cannot declare tensor " + name + ": it has " + shape.size()
                    + " dimensions, and " + MOST_DIMENSIONS + " are the most.");
        }
        if (shape.stream().anyMatch(size -> size < 0)) {
            throw new IllegalArgumentException(
                    "Cannot declare tensor " + name + ": its shape " + shape + " has a negative size.");
        }
        bytes(name, type, shape);
    }

    /** The number of bytes that the elements take. */
    public long bytes() {
        return bytes(name, type, shape);
    }

    /** The number of elements. */
    public long elements() {
        return bytes() / type.bytes();
    }

    private static long bytes(String name, TensorType type, List<Long> shape) {
        try {
            return shape.stream().mapToLong(Long::longValue).reduce(type.bytes(), Math::multiplyExact);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "Cannot declare tensor " + name + ": its shape " + shape
                            + " has more bytes than 63 bits can count.",
                    e);
        }
    }
}

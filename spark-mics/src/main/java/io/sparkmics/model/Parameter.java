package io.sparkmics.model;

import java.util.Arrays;
import java.util.List;

/**
 * One named tensor of a model.
 *
 * @param name unique in the model; also its name in a saved model
 * @param shape its sizes, all positive, of which the product is a long
 * @param initialization where its first values come from
 * @param decay whether weight decay applies: matrices and embeddings yes, biases and norms no
 */
public record Parameter(String name, List<Long> shape, Initialization initialization, boolean decay) {

    public Parameter {
        shape = List.copyOf(shape);
        if (shape.isEmpty() || shape.stream().anyMatch(size -> size <= 0)) {
            throw new IllegalArgumentException(
                    "Cannot declare parameter " + name + ": its shape " + shape + " must have positive sizes only.");
        }
        try {
            elements(shape);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "Cannot declare parameter " + name + ": its shape " + shape
                            + " has more elements than can be counted. Choose smaller sizes.",
                    e);
        }
    }

    /** A matrix or embedding: decayed. */
    public static Parameter weight(String name, Initialization initialization, long... shape) {
        return new Parameter(name, Arrays.stream(shape).boxed().toList(), initialization, true);
    }

    /** A bias or the scale of a norm: not decayed. */
    public static Parameter vector(String name, Initialization initialization, long size) {
        return new Parameter(name, List.of(size), initialization, false);
    }

    /** The number of elements. */
    public long size() {
        return elements(shape);
    }

    private static long elements(List<Long> shape) {
        return shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
    }
}

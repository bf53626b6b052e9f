package io.sparkmics.model;

import java.util.Arrays;
import java.util.List;

/**
 * One named tensor of a model.
 *
 * @param name unique in the model; also its name in a saved model
 * @param shape its sizes, all positive
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
        return shape.stream().mapToLong(Long::longValue).reduce(1, Math::multiplyExact);
    }
}

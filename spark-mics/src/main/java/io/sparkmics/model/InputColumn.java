package io.sparkmics.model;

import java.io.Serializable;
import java.util.List;

/**
 * A column of the rows that a model reads. It reaches stages as a tensor [b, ...shape] of one row a sequence.
 *
 * @param name as stages ask for it: see {@link ForwardPass#column}
 * @param shape of a row's part, empty for a single number; together at most as many numbers as an array holds
 */
public record InputColumn(String name, Type type, List<Integer> shape) implements Serializable {

    /** What the numbers of a column are. */
    public enum Type {
        /** Token ids, int64 [b, t]: cut off behind the t-th, padded with -1. */
        TOKENS,
        /** Whole numbers from 0, int64: classes. */
        CLASSES,
        /** Floating point of the type that stages compute in. */
        NUMBERS
    }

    public InputColumn {
        shape = List.copyOf(shape);
        if (name.isBlank()) {
            throw new IllegalArgumentException("Cannot declare an input column without a name. Name it.");
        }
        if (shape.stream().anyMatch(size -> size < 1)) {
            throw new IllegalArgumentException(
                    "Cannot declare input column " + name + ": its shape " + shape + " must have positive sizes only.");
        }
        try {
            size(shape);
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                    "Cannot declare input column " + name + ": its shape " + shape
                            + " has more numbers than an array holds. Choose smaller sizes.",
                    e);
        }
    }

    /**
     * Text, or token ids.
     *
     * @param length t, at which they are cut off
     */
    public static InputColumn tokens(String name, int length) {
        return new InputColumn(name, Type.TOKENS, List.of(length));
    }

    /** A vector of so many numbers. */
    public static InputColumn vector(String name, int size) {
        return new InputColumn(name, Type.NUMBERS, List.of(size));
    }

    /** One number. */
    public static InputColumn number(String name) {
        return new InputColumn(name, Type.NUMBERS, List.of());
    }

    /** One of some classes, numbered from 0. */
    public static InputColumn category(String name) {
        return new InputColumn(name, Type.CLASSES, List.of());
    }

    /** How many numbers a row has. */
    public int size() {
        return size(shape);
    }

    private static int size(List<Integer> shape) {
        return shape.stream().mapToInt(Integer::intValue).reduce(1, Math::multiplyExact);
    }
}

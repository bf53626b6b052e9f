package io.sparkmics.model;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/**
 * A column of the rows that a model reads. It reaches stages as a tensor [b, ...shape] of one row a sequence.
 *
 * @param name as stages ask for it: see {@link ForwardPass#column}
 * @param shape of a row's part, empty for a single number; together at most as many numbers as an array holds
 * @param padding of tokens: see {@link #paddedToLongest()}
 */
public record InputColumn(String name, Type type, List<Integer> shape, Padding padding) implements Serializable {

    /** What the numbers of a column are. */
    public enum Type {
        /** Token ids, int64 [b, t]: cut off behind the t-th, padded with -1. */
        TOKENS,
        /** Whole numbers from 0, int64: classes. */
        CLASSES,
        /** Floating point of the type that stages compute in. */
        NUMBERS
    }

    /** How far tokens are padded, in Hugging Face's words. */
    public enum Padding {
        /** All to the length of the shape. */
        MAX_LENGTH,
        /** Those of a micro-batch to the longest of them; to the length of the shape where none has a token. */
        LONGEST
    }

    public InputColumn {
        shape = List.copyOf(shape);
        Objects.requireNonNull(padding);
        if (name.isBlank()) {
            throw new IllegalArgumentException("Cannot declare an input column without a name. Name it.");
        }
        if (shape.stream().anyMatch(size -> size < 1)) {
            throw new IllegalArgumentException(
                    "Cannot declare input column " + name + ": its shape " + shape + " must have positive sizes only.");
        }
        if (padding == Padding.LONGEST && type != Type.TOKENS) {
            throw new IllegalArgumentException("Cannot pad input column " + name + " to its longest row: it is of type "
                    + type + ", and tokens alone are of different lengths. Declare it as tokens.");
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

    /** Of which all rows are of the same size. */
    public InputColumn(String name, Type type, List<Integer> shape) {
        this(name, type, shape, Padding.MAX_LENGTH);
    }

    /**
     * Text, or token ids, all padded to the same length.
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

    /**
     * The same for a model that computes sequences of any length up to the shape's, and a sequence alike however much padding is
     * behind it: stages are given int64 [b, t] of which t is that of the longest row of the micro-batch, and short rows cost
     * little. Dropout does not depend on it either where the tensor that it is of has the positions behind the micro-batch, [b,
     * t, ...]. Of two such columns each has its own longest row. On a GPU a training pads to the length of the shape all the same,
     * for there masks depend on it.
     */
    public InputColumn paddedToLongest() {
        return with(Padding.LONGEST);
    }

    InputColumn with(Padding other) {
        return new InputColumn(name, type, shape, other);
    }

    /** See {@link #paddedToLongest()}. */
    public boolean isPaddedToLongest() {
        return padding == Padding.LONGEST;
    }

    /** Whether it is text or token ids. */
    public boolean isTokens() {
        return type == Type.TOKENS;
    }

    /** How many numbers a row has at most. */
    public int size() {
        return size(shape);
    }

    private static int size(List<Integer> shape) {
        return shape.stream().mapToInt(Integer::intValue).reduce(1, Math::multiplyExact);
    }
}

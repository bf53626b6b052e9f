package io.sparkmics.model;

import java.util.List;

/** How a parameter gets its first values. Those that are drawn are drawn with a seed of the parameter's own. */
public sealed interface Initialization {

    /** Drawn from a normal distribution with mean 0. */
    record Normal(double standardDeviation) implements Initialization {
        public Normal {
            if (!(standardDeviation > 0)) {
                throw new IllegalArgumentException("Cannot initialize from a normal distribution: standard deviation "
                        + standardDeviation + " is not positive.");
            }
        }
    }

    /** Drawn evenly between two values. */
    record Uniform(double from, double to) implements Initialization {
        public Uniform {
            if (!(from < to) || Double.isInfinite(to - from)) {
                throw new IllegalArgumentException("Cannot initialize from a uniform distribution: from " + from
                        + " to " + to + " is no finite range. Give a smaller and a larger number.");
            }
        }
    }

    /** The same value everywhere. */
    record Constant(double value) implements Initialization {}

    /** A user's own. Parameters are compared, so implement it as a record. */
    non-sealed interface Own extends Initialization {

        /**
         * All values of a parameter, row-major. The same for the same arguments, in every process: whatever is random in it
         * comes from the seed.
         *
         * @param shape of the parameter
         * @param seed of the training and the parameter's name
         */
        float[] values(List<Long> shape, long seed);
    }

    static Initialization normal(double standardDeviation) {
        return new Normal(standardDeviation);
    }

    static Initialization uniform(double from, double to) {
        return new Uniform(from, to);
    }

    static Initialization constant(double value) {
        return new Constant(value);
    }

    /**
     * Evenly drawn, so that the variance stays the same there and back, as PyTorch's {@code xavier_uniform_} does. Source: Glorot
     * and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010.
     *
     * @param shape of the parameter: of a projection in either order, of a convolution [out, in, ...]
     */
    static Initialization xavierUniform(long... shape) {
        double bound = Math.sqrt(6.0 / fans(shape));
        return new Uniform(-bound, bound);
    }

    /** As {@link #xavierUniform}, from a normal distribution. */
    static Initialization xavierNormal(long... shape) {
        return new Normal(Math.sqrt(2.0 / fans(shape)));
    }

    /** How many numbers flow into one of the result's, and how many it flows from, together. */
    private static double fans(long[] shape) {
        if (shape.length < 2) {
            throw new IllegalArgumentException("Cannot initialize by Xavier's rule: a parameter of " + shape.length
                    + " dimensions has no inputs and outputs. Use it for two dimensions or more.");
        }
        double field = 1;
        for (int dimension = 2; dimension < shape.length; dimension++) {
            field *= shape[dimension];
        }
        return (shape[0] + shape[1]) * field;
    }
}

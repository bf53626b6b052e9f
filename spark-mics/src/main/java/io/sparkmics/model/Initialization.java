package io.sparkmics.model;

/** How a parameter gets its first values. */
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

    /** Drawn evenly between -bound and bound. */
    record Uniform(double bound) implements Initialization {
        public Uniform {
            if (!(bound > 0)) {
                throw new IllegalArgumentException(
                        "Cannot initialize from a uniform distribution: its bound " + bound + " is not positive.");
            }
        }
    }

    /** The same value everywhere. */
    record Constant(double value) implements Initialization {}

    static Initialization normal(double standardDeviation) {
        return new Normal(standardDeviation);
    }

    static Initialization uniform(double bound) {
        return new Uniform(bound);
    }

    static Initialization constant(double value) {
        return new Constant(value);
    }
}

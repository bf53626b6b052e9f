package io.sparkmics.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.gpu.Training.Outcome;
import java.util.List;
import java.util.Map;

/**
 * How close two runs of the same training are to be. Losses, gradient norms and evaluations: the tolerances of PyTorch's own
 * tests for the precision. Parameters: see {@link #FLOAT32} and {@link #BFLOAT16}.
 *
 * @param relative of a number
 * @param absolute on top of it
 * @param element whether each parameter is held to them alone. An element whose gradient is nearly zero is not, under AdamW:
 *     it divides the gradient by its own size, so of a rounding error it makes a step
 * @param direction how far from each other all parameters together may be, as a part of how far they went
 */
record Closeness(double relative, double absolute, boolean element, double direction) {

    static final Closeness FLOAT32 = new Closeness(1.3e-6, 1e-5, true, 5e-4);

    /** The gradients have 8 bits of mantissa, and so the way that the parameters went has; the steps of AdamW have fewer. */
    static final Closeness BFLOAT16 = new Closeness(1.6e-2, 1e-5, false, 1e-1);

    void check(Training run, Outcome actual, Outcome expected) {
        close("loss", actual.losses(), expected.losses());
        close("gradient norm", actual.norms(), expected.norms());
        close("evaluation", List.of(actual.evaluation()), List.of(expected.evaluation()));
        assertThat(actual.after()).containsOnlyKeys(expected.after().keySet());
        double gone = distance(expected.after(), expected.before());
        assertThat(gone).as("what was learned").isPositive();
        assertThat(distance(actual.before(), expected.before()))
                .as("first parameters")
                .isZero();
        // Every element's first steps are of the same size under AdamW, those that follow noise, too.
        boolean noise = run.optimizer() instanceof OptimizerSettings.AdamW;
        assertThat(distance(actual.after(), expected.after()) / gone)
                .as("distance of all parameters, as a part of what was learned")
                .isLessThan(direction);
        if (element && !noise) {
            expected.after()
                    .forEach((name, values) -> close(name, actual.after().get(name), values));
        }
    }

    private void close(String what, List<Double> actual, List<Double> expected) {
        assertThat(actual).as(what).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i)).as(what + " " + i).isCloseTo(expected.get(i), within(room(expected.get(i))));
        }
    }

    private void close(String name, float[] actual, float[] expected) {
        assertThat(actual).as(name).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            // Millions of elements: an assertion for each would take longer than the training.
            if (!(Math.abs(actual[i] - expected[i]) <= room(expected[i]))) {
                assertThat((double) actual[i])
                        .as(name + "[" + i + "]")
                        .isCloseTo(expected[i], within(room(expected[i])));
            }
        }
    }

    private double room(double expected) {
        return absolute + relative * Math.abs(expected);
    }

    private static double distance(Map<String, float[]> one, Map<String, float[]> other) {
        double squares = 0;
        for (String name : one.keySet()) {
            float[] left = one.get(name);
            float[] right = other.get(name);
            for (int i = 0; i < left.length; i++) {
                double difference = (double) left[i] - right[i];
                squares += difference * difference;
            }
        }
        return Math.sqrt(squares);
    }
}

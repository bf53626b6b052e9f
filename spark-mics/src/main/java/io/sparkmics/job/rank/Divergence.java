package io.sparkmics.job.rank;

import io.sparkmics.checkpoint.manifest.Manifest;
import io.sparkmics.engine.StepResult;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Tells the step that is skipped once from a training that has diverged. Every rank asks it with the same numbers, so all of
 * them stop after the same step.
 */
final class Divergence {

    /** Data or rounding may spoil a step. When so many in a row are spoiled, it is the weights. */
    static final int MOST_IN_A_ROW = 5;

    private static final int NORMS_SHOWN = 10;

    private final long steps;
    private final Deque<Double> norms = new ArrayDeque<>();
    private long step;
    private double learningRate;
    private double loss;
    private long inARow;
    private long updates;

    /** @param steps how many there will be */
    Divergence(long steps) {
        this.steps = steps;
    }

    /** Goes on where another attempt was after so many steps. */
    void resume(long doneSteps, long doneUpdates, Manifest.Divergence then) {
        step = doneSteps;
        updates = doneUpdates;
        inARow = then.skippedInARow();
        norms.addAll(then.lastNorms());
    }

    /**
     * @param doneStep from 0
     * @throws DivergedException after {@link #MOST_IN_A_ROW} steps in a row that were skipped
     */
    void check(long doneStep, StepResult result, double itsLearningRate) {
        step = doneStep + 1;
        learningRate = itsLearningRate;
        loss = result.loss();
        norms.add(result.gradientNorm());
        if (norms.size() > NORMS_SHOWN) {
            norms.remove();
        }
        inARow = result.skipped() ? inARow + 1 : 0;
        updates += result.skipped() ? 0 : 1;
        if (inARow == MOST_IN_A_ROW) {
            throw diverged("Cannot go on training: loss or gradient was not finite in " + inARow + " steps in a row");
        }
    }

    /**
     * Nothing that is not finite is a result.
     *
     * @param nonFinite how many parameters are not finite
     * @param finalLoss of the trained weights
     * @throws DivergedException where the trained weights are worth nothing
     */
    void checkResult(long nonFinite, double finalLoss) {
        if (nonFinite > 0) {
            throw diverged(
                    String.format(Locale.ROOT, "Cannot save the model: %,d parameters are not finite", nonFinite));
        }
        if (updates == 0) {
            throw diverged("Cannot save the model: loss or gradient was not finite in every step");
        }
        if (!Double.isFinite(finalLoss)) {
            throw diverged("Cannot save the model: the loss of its weights is " + finalLoss);
        }
    }

    private DivergedException diverged(String what) {
        String history = norms.stream()
                .map(norm -> String.format(Locale.ROOT, "%.3g", norm))
                .collect(Collectors.joining(", "));
        return new DivergedException(String.format(
                Locale.ROOT,
                "%s, after step %d of %d (loss %.4f, learning rate %.2e). The gradient's norm in the last steps was %s. "
                        + "Lower learningRate, set gradientClipping or lower it, or warm up for more steps.",
                what,
                step,
                steps,
                loss,
                learningRate,
                history));
    }
}

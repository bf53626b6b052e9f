package io.sparkmics.plan;

import java.util.List;

/**
 * About what one micro-batch takes between its forward and its backward pass, in bytes: an estimate, meant to be right within
 * a factor of two for stages that read each weight matrix once for each token.
 *
 * <p>Such a matrix keeps its input, and its result is kept by what comes behind it. To that of all stages comes twice that of
 * the largest: what its operations leave until they are done, and the gradients on the way back.
 *
 * @param widths for each stage, in order, the rows and columns of the weights that it reads, added up; the last stage makes
 *     the loss, in single precision at least
 * @param pairs numbers that are kept for each pair of tokens of a sequence
 * @param elements bytes of an element of each kind
 */
public record ActivationModel(List<Long> widths, long pairs, ElementBytes elements) {

    public ActivationModel {
        widths = List.copyOf(widths);
        if (widths.isEmpty() || widths.stream().anyMatch(width -> width < 0) || pairs < 0) {
            throw new IllegalArgumentException("Cannot estimate the activations of stages with widths " + widths
                    + " and " + pairs + " numbers for each pair of tokens: no number may be negative.");
        }
    }

    /**
     * Of one micro-batch on one rank. A figure that is no long becomes the largest.
     *
     * @param sequences of the micro-batch
     * @param context tokens of each
     */
    public long bytes(int sequences, int context) {
        double perToken = 0;
        double largest = 0;
        for (int stage = 0; stage < widths.size(); stage++) {
            boolean last = stage == widths.size() - 1;
            double bytes = (double) widths.get(stage)
                    * (last ? Math.max(Float.BYTES, elements.compute()) : elements.compute());
            perToken += bytes;
            largest = Math.max(largest, bytes);
        }
        double perSequence =
                (perToken + 2 * largest) * context + (double) pairs * elements.compute() * context * context;
        return (long) (perSequence * sequences);
    }
}

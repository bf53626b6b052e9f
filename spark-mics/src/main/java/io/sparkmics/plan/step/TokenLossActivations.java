package io.sparkmics.plan.step;

import io.sparkmics.model.AlignedRows;
import io.sparkmics.model.LogitsAtATime;
import io.sparkmics.plan.ActivationModel.PerStage;
import io.sparkmics.plan.ElementBytes;
import io.sparkmics.plan.StageActivations;

/**
 * What a head with the cross-entropy of its logits keeps and makes. Kept are the logarithms of the softmax, and for each token
 * which one it was to be, a long; logits pass, and before them those in bfloat16.
 *
 * <p>Where the head is aligned, its table is there once more from the first part to the last, and logits have its rows; a bias is
 * too little to count. Not converted, they are laid one behind the other for their softmax.
 *
 * <p>Source: {@code TokenLoss} and {@code VocabularyProjection} in {@code io.sparkmics.model}.
 */
record TokenLossActivations(Recipe recipe, int width, int vocabularySize, Head head) implements PerStage {

    /**
     * What makes the logits, without these.
     *
     * @param kept bytes of a token besides its input
     * @param passing bytes of a token that go when the stage is done
     * @param hiding bytes that say which tokens are hidden, of each token, whether it is in a part or not; they pass too
     * @param parameters how many it has
     */
    record Head(double kept, double passing, double hiding, double parameters) {}

    /** Logits, their logarithms' softmax and two gradients of these: three of the four at a time. */
    @Override
    public StageActivations of(int sequences, int context) {
        ElementBytes elements = recipe.elements();
        double all = (double) sequences * context;
        long positions = recipe.logitsInParts() ? LogitsAtATime.positions(sequences, context, vocabularySize) : context;
        double tokens = (double) sequences * positions;
        double vocabulary = (double) vocabularySize * elements.atLeastSingle();
        double logits = (double) (aligned() ? AlignedRows.count(vocabularySize) : vocabularySize) * elements.compute();
        double another = elements.converts() || aligned() ? vocabulary : 0;
        double kept = head.kept() + vocabulary + Long.BYTES;
        double forward = tokens * (kept + head.passing() + logits + another) + all * head.hiding() + alignedTable();
        double backward = tokens * (kept + 2 * vocabulary) + alignedTable();
        if (positions == context) {
            return new StageActivations(0, tokens * kept + alignedTable(), forward, backward);
        }
        // Beside them the gradient of all of the input, and the sums of what the parts add to those of the head.
        double whole = all * width * elements.compute() + partSums();
        return new StageActivations(0, 0, forward + whole, backward + whole);
    }

    private boolean aligned() {
        return recipe.alignedHead() && AlignedRows.count(vocabularySize) > vocabularySize;
    }

    private double alignedTable() {
        return aligned()
                ? (double) AlignedRows.count(vocabularySize)
                        * width
                        * recipe.elements().compute()
                : 0;
    }

    /** Where hop 1 sums less precisely than gradients are kept. */
    private double partSums() {
        ElementBytes elements = recipe.elements();
        return elements.reduction() < elements.sums() ? head.parameters() * elements.sums() : 0;
    }
}

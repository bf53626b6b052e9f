package io.sparkmics.model;

/** A model that says something of each row: numbers, or how likely each class is. */
public interface Predictor extends Model {

    /**
     * Stands for the last of {@link #stages()} when rows are scored: takes what that takes, and makes floating point [b,
     * outputs], the logits of the classes or the predicted numbers. It reads units of the stages, no others, and no label.
     */
    Stage prediction();
}

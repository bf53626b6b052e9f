package io.sparkmics.engine.shard;

import io.sparkmics.model.Unit;

/** What a rank keeps of each parameter from step to step, in shards that lie the same way; moments of what is trained only. */
public enum StateKind {
    /** The masters, in mixed precision too. */
    PARAMETERS("parameters"),
    /** AdamW's mean of the gradients. */
    FIRST_MOMENTS("first_moments"),
    /** AdamW's mean of their squares. */
    SECOND_MOMENTS("second_moments");

    private final String tensorName;

    StateKind(String tensorName) {
        this.tensorName = tensorName;
    }

    /** Whether a rank keeps it of that unit: of one that stays as it is, the parameters alone. */
    public boolean isKeptOf(Unit unit) {
        return this == PARAMETERS || unit.trainable();
    }

    /** As a file calls it. */
    public String tensorName() {
        return tensorName;
    }
}

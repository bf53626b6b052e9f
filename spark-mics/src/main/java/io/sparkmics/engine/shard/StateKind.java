package io.sparkmics.engine.shard;

/** What a rank keeps of each parameter from step to step, in shards that lie the same way. */
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

    /** As a file calls it. */
    public String tensorName() {
        return tensorName;
    }
}

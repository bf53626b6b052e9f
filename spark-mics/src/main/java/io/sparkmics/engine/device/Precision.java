package io.sparkmics.engine.device;

import org.bytedeco.pytorch.global.torch.ScalarType;

/** In which types a model is kept and computed. */
public enum Precision {
    FLOAT32(ScalarType.Float, ScalarType.Float),
    /** For proofs of correctness: half the speed, twice the memory. */
    FLOAT64(ScalarType.Double, ScalarType.Double),
    /**
     * Mixed: what is gathered and computed has 8 bits of mantissa, what is updated and summed has 24, so that small updates
     * are not lost. Source: Micikevicius et al., "Mixed Precision Training", 2018.
     */
    BFLOAT16(ScalarType.Float, ScalarType.BFloat16);

    private final ScalarType states;
    private final ScalarType compute;

    Precision(ScalarType states, ScalarType compute) {
        this.states = states;
        this.compute = compute;
    }

    /** Of master parameters, moments and summed gradients. */
    public ScalarType states() {
        return states;
    }

    /** Of gathered units, activations and the gradients that a backward pass makes. */
    public ScalarType compute() {
        return compute;
    }
}

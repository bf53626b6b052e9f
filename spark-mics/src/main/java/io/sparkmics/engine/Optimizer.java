package io.sparkmics.engine;

import org.bytedeco.pytorch.Scalar;

/** Updates one rank's shards in place, after gradients have been synchronised, averaged and clipped. */
interface Optimizer extends AutoCloseable {

    /**
     * Leaves the gradients with any content.
     *
     * @param learningRate of this step
     */
    void update(double learningRate);

    /** libtorch throws at what single precision cannot hold. The largest that it can makes parameters that are not finite. */
    static Scalar scalar(double value) {
        return new Scalar(Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, value)));
    }

    /** What it remembers. */
    long bytes();

    @Override
    void close();
}

package io.sparkmics.engine;

/** Updates one rank's shards in place, after gradients have been synchronised, averaged and clipped. */
interface Optimizer extends AutoCloseable {

    /**
     * Leaves the gradients with any content.
     *
     * @param learningRate of this step
     */
    void update(double learningRate);

    /** What it remembers. */
    long bytes();

    @Override
    void close();
}

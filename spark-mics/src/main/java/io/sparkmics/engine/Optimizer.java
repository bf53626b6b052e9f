package io.sparkmics.engine;

/** Updates one rank's shards in place, after gradients have been synchronised, averaged and clipped. */
interface Optimizer extends AutoCloseable {

    /**
     * Leaves the gradients with any content.
     *
     * @param step from 0
     * @param learningRate of this step
     */
    void update(long step, double learningRate);

    /** What it remembers. */
    long bytes();

    @Override
    void close();
}

package io.sparkmics.plan.step;

/**
 * What one rank computes on.
 *
 * @param peakFlops operations a second that its maker promises
 * @param attainableFlops operations a second of a large matrix product
 * @param memoryBytesPerSecond what it reads and writes of its memory
 * @param memoryBytes that a rank has for all that training takes
 * @param overlaps whether it computes while collectives run: a CPU is what runs them
 */
public record Processor(
        double peakFlops, double attainableFlops, double memoryBytesPerSecond, long memoryBytes, boolean overlaps) {

    public Processor {
        if (!(attainableFlops > 0 && attainableFlops <= peakFlops && peakFlops < Double.POSITIVE_INFINITY)
                || !(memoryBytesPerSecond > 0)
                || memoryBytes < 1) {
            throw new IllegalArgumentException("Cannot plan with " + attainableFlops + " of " + peakFlops
                    + " operations/s, " + memoryBytesPerSecond + " bytes/s and " + memoryBytes
                    + " bytes of memory: all must be positive, and what is attained at most the peak.");
        }
    }

    public Processor attaining(double flops) {
        return new Processor(Math.max(peakFlops, flops), flops, memoryBytesPerSecond, memoryBytes, overlaps);
    }

    public Processor withMemory(long bytes) {
        return new Processor(peakFlops, attainableFlops, memoryBytesPerSecond, bytes, overlaps);
    }

    public Processor overlapping(boolean changed) {
        return new Processor(peakFlops, attainableFlops, memoryBytesPerSecond, memoryBytes, changed);
    }

    /** One pass over what a stage computes and moves. */
    double seconds(double flops, double movedBytes) {
        return flops / attainableFlops + movedBytes / memoryBytesPerSecond;
    }
}

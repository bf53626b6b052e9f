package io.sparkmics.plan.step;

/**
 * How fast a ring of ranks passes bytes on, as collectives attain it and not as the label has it.
 *
 * @param bytesPerSecond one direction: inside a node of one rank, between nodes of a whole node
 * @param rankBytesPerSecond what a rank's own part of the work lets through, where a CPU copies and sums what it sends and takes;
 *     infinite: others do it
 * @param latencySeconds what each turn of a ring takes, however few the bytes
 */
public record Link(double bytesPerSecond, double rankBytesPerSecond, double latencySeconds) {

    public Link {
        if (!(bytesPerSecond > 0)
                || !(rankBytesPerSecond > 0)
                || !(latencySeconds >= 0)
                || Double.isInfinite(latencySeconds)) {
            throw new IllegalArgumentException("Cannot plan with a link of " + bytesPerSecond + " bytes/s, "
                    + rankBytesPerSecond + " bytes/s of a rank and " + latencySeconds
                    + " s a turn: the first two must be positive, the third finite and not negative.");
        }
    }

    /** Whose work on what is sent is no rank's. */
    public Link(double bytesPerSecond, double latencySeconds) {
        this(bytesPerSecond, Double.POSITIVE_INFINITY, latencySeconds);
    }

    /**
     * @param bytes that go over it
     * @param rankBytes of them, those of the rank that sends most
     */
    double seconds(double bytes, double rankBytes, int turns) {
        return bytes / bytesPerSecond + rankBytes / rankBytesPerSecond + turns * latencySeconds;
    }
}

package io.sparkmics.plan.step;

/**
 * How fast a ring of ranks passes bytes on, as collectives attain it and not as the label has it.
 *
 * @param bytesPerSecond one direction: inside a node of one rank, between nodes of a whole node
 * @param latencySeconds what each turn of a ring takes, however few the bytes
 */
public record Link(double bytesPerSecond, double latencySeconds) {

    public Link {
        if (!(bytesPerSecond > 0) || !(latencySeconds >= 0) || Double.isInfinite(latencySeconds)) {
            throw new IllegalArgumentException("Cannot plan with a link of " + bytesPerSecond + " bytes/s and "
                    + latencySeconds + " s a turn: the first must be positive, the second finite and not negative.");
        }
    }

    double seconds(double bytes, int turns) {
        return bytes / bytesPerSecond + turns * latencySeconds;
    }
}

package io.sparkmics.plan.step;

/**
 * What collectives take.
 *
 * @param seconds from the first byte to the last
 * @param insideBytes that all ranks together send inside their nodes
 * @param betweenBytes that all ranks together send to other nodes
 */
public record Transfer(double seconds, double insideBytes, double betweenBytes) {

    static final Transfer NONE = new Transfer(0, 0, 0);

    Transfer and(Transfer next) {
        return new Transfer(seconds + next.seconds, insideBytes + next.insideBytes, betweenBytes + next.betweenBytes);
    }

    Transfer times(double count) {
        return new Transfer(count * seconds, count * insideBytes, count * betweenBytes);
    }
}

package io.sparkmics.bootstrap;

import java.util.List;

/** Runs the ranks of a world as threads of this JVM, over real sockets on the loopback address. */
public final class ThreadRanks {

    /** What one rank does. */
    @FunctionalInterface
    public interface Body<T> {
        T run(RankContext rank) throws Exception;
    }

    private ThreadRanks() {}

    /** As many ranks as wanted, all on one node, in partition groups of all of them. */
    public static ThreadRanks of(int worldSize) {
        throw new UnsupportedOperationException();
    }

    /** The settings of the ranks; their deadline is also how long the whole run may take. */
    public ThreadRanks with(CommunicationSettings settings) {
        throw new UnsupportedOperationException();
    }

    public ThreadRanks partitionGroupSize(int size) {
        throw new UnsupportedOperationException();
    }

    /** Pretends nodes of so many consecutive ranks. */
    public ThreadRanks ranksPerNode(int ranks) {
        throw new UnsupportedOperationException();
    }

    /**
     * Runs the body once on each rank.
     *
     * @return the results, by rank
     * @throws AssertionError with the first failure of any rank as its cause; the other ranks are aborted
     */
    public <T> List<T> run(Body<T> body) {
        throw new UnsupportedOperationException();
    }
}

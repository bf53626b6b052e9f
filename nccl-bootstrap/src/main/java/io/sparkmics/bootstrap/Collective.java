package io.sparkmics.bootstrap;

/** The collective operations of a {@link Communicator}. */
public enum Collective {
    GATHER,
    REDUCE_SCATTER,
    ALL_REDUCE,
    BROADCAST
}

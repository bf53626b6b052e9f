package io.sparkmics.bootstrap.groups;

import io.sparkmics.bootstrap.collectives.Communicator;

/** The collective operations of a {@link Communicator}. */
public enum Collective {
    GATHER,
    REDUCE_SCATTER,
    ALL_REDUCE,
    BROADCAST
}

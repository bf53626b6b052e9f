package io.sparkmics.bootstrap.traffic;

import io.sparkmics.bootstrap.groups.Collective;
import io.sparkmics.bootstrap.groups.Group;

/** What one member of a group sends for a collective, as a transport really sends it. Pure arithmetic. */
public interface TrafficModel {

    /**
     * Tells the bytes that this member sends, padding included, to each peer.
     *
     * @param size the number of elements of the whole: of the gathered tensor, of the one that is reduced or copied
     * @param elementSize bytes of an element
     * @param root the index of the member that broadcasts; 0 elsewhere
     */
    void sends(Collective collective, Group group, long size, int elementSize, int root, Receiver receiver);

    /** Takes the bytes that go to one peer. */
    @FunctionalInterface
    interface Receiver {

        /** @param index the peer's index in the group */
        void accept(int index, long bytes);
    }
}

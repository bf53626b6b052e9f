package io.sparkmics.bootstrap;

/** What a ring sends: all of it to the next member. The heads that a transport puts before its messages are left out. */
public final class RingTraffic implements TrafficModel {

    @Override
    public void sends(Collective collective, Group group, long size, int elementSize, int root, Receiver receiver) {
        int members = group.size();
        int next = (group.index() + 1) % members;
        Chunks chunks = Chunks.of(size, members);
        // In a gather a member never sends what its next one owns, in a sum never what it keeps itself.
        long gathered = size - chunks.length(next);
        long summed = size - chunks.length(group.index());
        long elements = switch (collective) {
            case GATHER -> gathered;
            case REDUCE_SCATTER -> summed;
            case ALL_REDUCE -> gathered + summed;
            case BROADCAST -> next == root ? 0 : size;
        };
        if (elements > 0) {
            receiver.accept(next, elements * elementSize);
        }
    }
}

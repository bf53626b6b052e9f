package io.sparkmics.bootstrap;

/** A transport of the CPU that connects every rank with every other, so that others can be built of rings over any of them. */
public interface MeshTransport extends Transport {

    /**
     * A ring over these ranks, all members of a group or some of them. Of the rings of one kind no two have the same neighbours.
     *
     * @param group this rank's, once the transport is connected
     * @return owned by the caller; aborting it aborts all that goes over the transport
     */
    RingCollectives ring(Group group, ClusterLayout layout);
}

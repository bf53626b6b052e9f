package io.sparkmics.bootstrap;

/** A transport of the CPU that connects every rank with every other, so that others can be built of rings over any of them. */
public interface MeshTransport extends Transport {

    /**
     * A ring over the members of a group, or over some of them, once the transport is connected. Two neighbours are so in one
     * ring of each kind only.
     *
     * @return owned by the caller; aborting it aborts all that goes over the transport
     */
    RingCollectives ring(Group group, ClusterLayout layout);
}

package io.sparkmics.bootstrap.transport;

import io.sparkmics.bootstrap.collectives.Communicator;
import io.sparkmics.bootstrap.collectives.Pending;
import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.bootstrap.deadline.CommunicationException;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.groups.ClusterLayout;
import io.sparkmics.bootstrap.groups.Group;
import io.sparkmics.bootstrap.groups.Place;
import io.sparkmics.bootstrap.traffic.TrafficModel;
import java.util.List;

/**
 * One way for ranks to talk. The rendezvous has two halves with the one exchange of the bootstrap between them: each rank
 * makes an offer before anyone knows the layout, and connects when it has everyone's.
 *
 * <p>Used by one thread, once. {@link #close()} comes after that of the communicators and gives back what they share, on
 * every path; it is idempotent.
 */
public interface Transport extends AutoCloseable {

    /**
     * The opaque bytes that this rank puts into the exchange: an address, a unique id for each group that it may lead.
     *
     * @param place where this rank is
     * @param worldSize the number of ranks
     * @param settings the deadlines, and what cancels a wait
     */
    byte[] offer(Place place, int worldSize, CommunicationSettings settings);

    /**
     * Makes the communicators of this rank. All ranks call it together.
     *
     * @param offers everyone's offer, by partition id
     * @param layout who is where
     * @param groups this rank's groups, all of at least two members; every rank gives the same kinds in the same order,
     *     less those that have one member
     * @return a communicator for each group, in their order
     * @throws CommunicationException when a peer did not come in time
     */
    List<Communicator> connect(List<byte[]> offers, ClusterLayout layout, List<Group> groups);

    /** Where the tensors of its collectives lie. */
    RankDevice device();

    /**
     * Waits until the device has done all that this thread has asked of it, collectives that were joined included: before a
     * value is read back. Where the device is the CPU there is nothing to wait for.
     *
     * @throws CommunicationException as {@link Pending#await()} does
     */
    void synchronize();

    /** What its collectives send. */
    TrafficModel trafficModel();

    @Override
    void close();
}

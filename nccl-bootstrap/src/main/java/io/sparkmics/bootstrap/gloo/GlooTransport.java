package io.sparkmics.bootstrap.gloo;

import io.sparkmics.bootstrap.ClusterLayout;
import io.sparkmics.bootstrap.CommunicationSettings;
import io.sparkmics.bootstrap.Communicator;
import io.sparkmics.bootstrap.Group;
import io.sparkmics.bootstrap.MeshTransport;
import io.sparkmics.bootstrap.Place;
import io.sparkmics.bootstrap.QueuedCommunicator;
import io.sparkmics.bootstrap.RankDevice;
import io.sparkmics.bootstrap.RingCollectives;
import io.sparkmics.bootstrap.RingTraffic;
import io.sparkmics.bootstrap.TrafficModel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Gloo over TCP. One listener for each rank, bound to one address; one mesh of connections that all groups of the rank
 * share, so aborting one of its communicators aborts them all.
 *
 * <p>Nothing encrypts these connections, and nothing authenticates what comes over them; but each begins with a {@link
 * Handshake}.
 */
public final class GlooTransport implements MeshTransport {

    private final Optional<String> address;
    private final TrafficModel trafficModel = new RingTraffic();
    private CommunicationSettings settings;
    private Rendezvous rendezvous;
    private Mesh mesh;

    private GlooTransport(Optional<String> address) {
        this.address = address;
    }

    /** Listens on the host that Spark reaches the executor by. */
    public static GlooTransport onHost() {
        return new GlooTransport(Optional.empty());
    }

    /** Listens on this address or name of the host. */
    public static GlooTransport on(String address) {
        return new GlooTransport(Optional.of(address));
    }

    @Override
    public byte[] offer(Place place, int worldSize, CommunicationSettings given) {
        settings = given;
        if (worldSize == 1) {
            return new byte[0];
        }
        rendezvous = new Rendezvous(address.orElse(place.host()), place.partitionId(), worldSize, settings);
        byte[] secret = Handshake.newSecret();
        byte[] key = rendezvous.key();
        return ByteBuffer.allocate(secret.length + key.length)
                .put(secret)
                .put(key)
                .array();
    }

    @Override
    public List<Communicator> connect(List<byte[]> offers, ClusterLayout layout, List<Group> groups) {
        List<Communicator> communicators = new ArrayList<>();
        if (rendezvous != null) {
            mesh = rendezvous.connect(
                    offers.stream()
                            .map(offer -> Arrays.copyOfRange(offer, Handshake.SECRET_BYTES, offer.length))
                            .toList(),
                    offers.stream()
                            .map(offer -> Arrays.copyOf(offer, Handshake.SECRET_BYTES))
                            .toList());
            for (Group group : groups) {
                communicators.add(new QueuedCommunicator(group, layout, ring(group, layout), "gloo", settings));
            }
        }
        return communicators;
    }

    @Override
    public RingCollectives ring(Group group, ClusterLayout layout) {
        List<Integer> peers = group.ranks().stream()
                .map(rank -> layout.place(rank).partitionId())
                .toList();
        return new Ring(mesh, peers, group.index(), group.kind().ordinal());
    }

    @Override
    public RankDevice device() {
        return RankDevice.cpu();
    }

    @Override
    public TrafficModel trafficModel() {
        return trafficModel;
    }

    /** The CPU has done what it was asked for. */
    @Override
    public void synchronize() {}

    @Override
    public void close() {
        if (mesh != null) {
            mesh.close();
        }
        if (rendezvous != null) {
            rendezvous.close();
            rendezvous = null;
        }
    }
}

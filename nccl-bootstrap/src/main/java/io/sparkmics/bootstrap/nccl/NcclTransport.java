package io.sparkmics.bootstrap.nccl;

import io.sparkmics.bootstrap.collectives.Communicator;
import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.bootstrap.deadline.CommunicationException;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.deadline.PeerException;
import io.sparkmics.bootstrap.deadline.PollingWait;
import io.sparkmics.bootstrap.groups.ClusterLayout;
import io.sparkmics.bootstrap.groups.Group;
import io.sparkmics.bootstrap.groups.Place;
import io.sparkmics.bootstrap.traffic.RingTraffic;
import io.sparkmics.bootstrap.traffic.TrafficModel;
import io.sparkmics.bootstrap.transport.Transport;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * NCCL between GPUs. Partition 0 makes the world's unique id and puts it into the exchange; from it every rank joins the
 * world and splits off its groups.
 *
 * <p>Nothing encrypts these connections; who knows the id can join, so it is never shown.
 */
public final class NcclTransport implements Transport {

    private final NcclRuntime runtime;
    private final TrafficModel trafficModel = new RingTraffic();
    private CommunicationSettings settings;
    private NcclWorld world;

    NcclTransport(NcclRuntime runtime) {
        this.runtime = runtime;
    }

    /**
     * @param ordinal the GPU's number as CUDA counts in this process; no other rank may have it
     */
    public static NcclTransport on(int ordinal) {
        return new NcclTransport(new NativeRuntime(RankDevice.cuda(ordinal)));
    }

    /**
     * The library's version; from partition 0 also the id.
     *
     * @throws IllegalStateException where NCCL cannot be loaded, or was told to meet at an address that others may know
     */
    @Override
    public byte[] offer(Place place, int worldSize, CommunicationSettings given) {
        settings = given;
        boolean leads = place.partitionId() == 0 && worldSize > 1;
        ByteBuffer offer = ByteBuffer.allocate(Integer.BYTES + (leads ? UniqueId.BYTES : 0));
        offer.putInt(runtime.version());
        if (leads) {
            offer.put(runtime.uniqueId().bytes());
        }
        return offer.array();
    }

    @Override
    public List<Communicator> connect(List<byte[]> offers, ClusterLayout layout, List<Group> groups) {
        checkVersions(offers, layout);
        // NCCL binds a communicator to the device that is current; a rank with nobody to talk to computes on it, too.
        runtime.select();
        List<Communicator> connected = new ArrayList<>();
        if (!groups.isEmpty()) {
            ByteBuffer first = ByteBuffer.wrap(offers.get(0));
            byte[] id = new byte[first.remaining() - Integer.BYTES];
            first.position(Integer.BYTES).get(id);
            world = NcclWorld.join(
                    runtime, new UniqueId(id), layout.worldSize(), groups.get(0).rank(), groups, settings);
            if (layout.nodes().size() > 1) {
                NcclNetwork.log();
            }
            for (Group group : groups) {
                connected.add(new NcclCommunicator(group, world, world.communicator(groups.indexOf(group))));
            }
        }
        return connected;
    }

    /** Ranks with different libraries may hang where they should fail. */
    private static void checkVersions(List<byte[]> offers, ClusterLayout layout) {
        int expected = ByteBuffer.wrap(offers.get(0)).getInt();
        for (Place place : layout.places()) {
            int found = ByteBuffer.wrap(offers.get(place.partitionId())).getInt();
            if (found != expected) {
                throw new CommunicationException("Cannot join the ranks over NCCL: partition 0 has NCCL "
                        + NcclVersion.text(expected) + ", " + place + " has " + NcclVersion.text(found)
                        + ". Install the same version on all hosts.");
            }
        }
    }

    @Override
    public RankDevice device() {
        return runtime.device();
    }

    @Override
    public void synchronize() {
        NcclRuntime.Mark computed = runtime.computed();
        try {
            PollingWait.await(
                    millis -> Polling.until(() -> runtime.reached(computed), millis),
                    settings,
                    this::trouble,
                    this::failure);
            if (world != null && world.aborted()) {
                throw failure("the communicator was aborted", null);
            }
        } finally {
            runtime.release(computed);
        }
    }

    private Optional<String> trouble() {
        return world == null ? Optional.empty() : world.trouble();
    }

    private CommunicationException failure(String reason, Throwable cause) {
        if (world != null) {
            world.abort();
        }
        return new PeerException("Cannot finish what " + device() + " computes: " + reason + ".", cause);
    }

    /** As if NCCL chose its rings: where it takes trees or switches that add up, other links carry other shares. */
    @Override
    public TrafficModel trafficModel() {
        return trafficModel;
    }

    @Override
    public void close() {
        if (world != null) {
            world.close();
            world = null;
        }
        runtime.close();
    }
}

package io.sparkmics.bootstrap.memory;

import io.sparkmics.bootstrap.collectives.Collectives;
import io.sparkmics.bootstrap.collectives.Communicator;
import io.sparkmics.bootstrap.collectives.QueuedCommunicator;
import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.bootstrap.collectives.RingCollectives;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.groups.ClusterLayout;
import io.sparkmics.bootstrap.groups.Group;
import io.sparkmics.bootstrap.groups.GroupKind;
import io.sparkmics.bootstrap.groups.Place;
import io.sparkmics.bootstrap.machine.Setting;
import io.sparkmics.bootstrap.traffic.TrafficModel;
import io.sparkmics.bootstrap.transport.MeshTransport;
import io.sparkmics.bootstrap.transport.Transport;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The memory of a host for groups whose members share it, and for what the members of a host do first in groups that span
 * several; another transport for CPUs for all else. The ranks meet over the transport below, so it has shown that each is who it
 * should be.
 */
public final class MemoryTransport implements Transport {

    private final MeshTransport below;
    private final boolean hierarchical;
    private final Map<GroupKind, TrafficModel> models = new EnumMap<>(GroupKind.class);
    private final List<Communicator> opened = new ArrayList<>();
    private CommunicationSettings settings;
    private boolean alone;

    private MemoryTransport(MeshTransport below, boolean hierarchical) {
        this.below = below;
        this.hierarchical = hierarchical;
    }

    /**
     * Memory over this transport, unless {@link Setting#SHARED_MEMORY} turns it off; in groups that span hosts too, unless {@link
     * Setting#HIERARCHICAL_COLLECTIVES} turns that off.
     *
     * @param below owned by the result
     */
    public static MemoryTransport over(MeshTransport below) {
        return new MemoryTransport(below, !Setting.HIERARCHICAL_COLLECTIVES.off());
    }

    /**
     * Memory for groups inside one host only: one ring over all members of those that span several, for comparison.
     *
     * @param below owned by the result
     */
    public static MemoryTransport flatOver(MeshTransport below) {
        return new MemoryTransport(below, false);
    }

    @Override
    public byte[] offer(Place place, int worldSize, CommunicationSettings given) {
        settings = given;
        alone = worldSize == 1;
        byte[] offer = below.offer(place, worldSize, given);
        return alone
                ? offer
                : HostOffer.of(!Setting.SHARED_MEMORY.off(), hierarchical, SharedFolder.standardParent(), offer)
                        .bytes();
    }

    @Override
    public List<Communicator> connect(List<byte[]> offers, ClusterLayout layout, List<Group> groups) {
        if (alone) {
            return below.connect(offers, layout, groups);
        }
        HostOffers all = HostOffers.read(offers, layout);
        below.connect(all.below(), layout, List.of());
        HostMemory memory = new HostMemory(below, layout, all, settings);
        // All members take the kinds in the same order, so nobody waits for one who waits for another.
        for (Group group : groups) {
            if (all.shareHost(group)) {
                Optional<Collectives> shared = memory.share(group);
                shared.ifPresent(collectives -> models.put(group.kind(), new HostTraffic()));
                open(group, layout, shared);
            } else if (all.hierarchical(group)) {
                GroupHosts hosts = GroupHosts.of(group, layout);
                models.put(group.kind(), new HierarchicalTraffic(hosts));
                open(group, layout, Optional.of(hierarchical(group, hosts, layout, memory)));
            } else {
                open(group, layout, Optional.empty());
            }
        }
        return List.copyOf(opened);
    }

    /** @param shared empty: all goes over the transport below */
    private void open(Group group, ClusterLayout layout, Optional<Collectives> shared) {
        opened.add(new QueuedCommunicator(
                group,
                layout,
                shared.orElseGet(() -> below.ring(group, layout)),
                shared.isPresent() ? "memory" : "gloo",
                settings));
    }

    private Collectives hierarchical(Group group, GroupHosts hosts, ClusterLayout layout, HostMemory memory) {
        Collectives local = new SoloCollectives();
        if (hosts.locals() > 1) {
            Group neighbours = new Group(group.kind(), ranks(group, hosts.neighbours()), hosts.local());
            local = memory.share(neighbours).orElseGet(() -> below.ring(neighbours, layout));
        }
        try {
            Optional<RingCollectives> ring = hosts.inRing()
                    ? Optional.of(below.ring(new Group(group.kind(), ranks(group, hosts.ring()), hosts.host()), layout))
                    : Optional.empty();
            return new HierarchicalCollectives(hosts, local, ring);
        } catch (RuntimeException | Error e) {
            local.close();
            throw e;
        }
    }

    private static List<Integer> ranks(Group group, List<Integer> members) {
        return members.stream().map(group.ranks()::get).toList();
    }

    @Override
    public RankDevice device() {
        return below.device();
    }

    /** What the transport below sends, but for the groups that share memory. */
    @Override
    public TrafficModel trafficModel() {
        return (collective, group, size, elementSize, root, receiver) -> models.getOrDefault(
                        group.kind(), below.trafficModel())
                .sends(collective, group, size, elementSize, root, receiver);
    }

    @Override
    public void synchronize() {
        below.synchronize();
    }

    /** Closes its communicators too, where connecting failed half-way. */
    @Override
    public void close() {
        try {
            opened.forEach(Communicator::close);
        } finally {
            below.close();
        }
    }
}

package io.sparkmics.bootstrap.memory;

import io.sparkmics.bootstrap.ClusterLayout;
import io.sparkmics.bootstrap.CommunicationSettings;
import io.sparkmics.bootstrap.Communicator;
import io.sparkmics.bootstrap.Group;
import io.sparkmics.bootstrap.GroupKind;
import io.sparkmics.bootstrap.Place;
import io.sparkmics.bootstrap.QueuedCommunicator;
import io.sparkmics.bootstrap.RankDevice;
import io.sparkmics.bootstrap.TrafficModel;
import io.sparkmics.bootstrap.Transport;
import io.sparkmics.bootstrap.machine.Setting;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.IntFunction;

/**
 * The memory of a host for groups whose members share it, another transport for CPUs for all else. The ranks meet over the
 * transport below, so it has shown that each is who it should be.
 */
public final class MemoryTransport implements Transport {

    /** Two of each member are in the file of a group: 16 MB for four. */
    private static final long SLOT_BYTES = 2 << 20;

    private final Transport below;
    private final Set<GroupKind> inMemory = EnumSet.noneOf(GroupKind.class);
    private final List<Communicator> opened = new ArrayList<>();
    private CommunicationSettings settings;
    private boolean alone;

    private MemoryTransport(Transport below) {
        this.below = below;
    }

    /**
     * Memory over this transport, unless {@link Setting#SHARED_MEMORY} turns it off.
     *
     * @param below owned by the result
     */
    public static MemoryTransport over(Transport below) {
        return new MemoryTransport(below);
    }

    @Override
    public byte[] offer(Place place, int worldSize, CommunicationSettings given) {
        settings = given;
        alone = worldSize == 1;
        byte[] offer = below.offer(place, worldSize, given);
        return alone
                ? offer
                : HostOffer.of(SharedFolder.on(), SharedFolder.standardParent(), offer)
                        .bytes();
    }

    @Override
    public List<Communicator> connect(List<byte[]> offers, ClusterLayout layout, List<Group> groups) {
        if (alone) {
            return below.connect(offers, layout, groups);
        }
        List<HostOffer> all = offers.stream().map(HostOffer::read).toList();
        List<Group> local =
                groups.stream().filter(group -> threads(group, layout, all)).toList();
        List<Group> others =
                groups.stream().filter(group -> !local.contains(group)).toList();
        List<Communicator> connected =
                below.connect(all.stream().map(HostOffer::below).toList(), layout, others);
        Map<GroupKind, Communicator> communicators = new TreeMap<>();
        opened.addAll(connected);
        // All members take the kinds in the same order, so nobody waits for one who waits for another.
        connected.forEach(communicator -> communicators.put(
                communicator.group().kind(),
                sharesHost(communicator.group(), layout, all) ? mapped(communicator, layout, all) : communicator));
        local.forEach(group -> communicators.put(group.kind(), local(group, layout, all)));
        return groups.stream().map(group -> communicators.get(group.kind())).toList();
    }

    /** Whether all members are threads of this process. */
    private static boolean threads(Group group, ClusterLayout layout, List<HostOffer> offers) {
        HostOffer own = offer(group, group.index(), layout, offers);
        return sharesHost(group, layout, offers)
                && members(group, layout, offers).stream()
                        .allMatch(other -> other.process().equals(own.process())
                                && other.classes().equals(own.classes()));
    }

    /** Whether the members are on one node, and none is where memory is turned off. */
    private static boolean sharesHost(Group group, ClusterLayout layout, List<HostOffer> offers) {
        return group.ranks().stream().allMatch(rank -> layout.sameNode(rank, group.rank()))
                && members(group, layout, offers).stream().allMatch(HostOffer::on);
    }

    private static List<HostOffer> members(Group group, ClusterLayout layout, List<HostOffer> offers) {
        List<HostOffer> members = new ArrayList<>();
        for (int index = 0; index < group.size(); index++) {
            members.add(offer(group, index, layout, offers));
        }
        return members;
    }

    private static HostOffer offer(Group group, int index, ClusterLayout layout, List<HostOffer> offers) {
        return offers.get(layout.place(group.ranks().get(index)).partitionId());
    }

    private Communicator local(Group group, ClusterLayout layout, List<HostOffer> offers) {
        LocalGroup threads = LocalGroup.join(name(group, layout, offers), group.size());
        Board board = threads.board(group.index(), names(group, layout));
        return made(new QueuedCommunicator(group, layout, new LocalCollectives(threads, board), "memory", settings));
    }

    /** Over a file where all members can map it, else as they are connected. */
    private Communicator mapped(Communicator connections, ClusterLayout layout, List<HostOffer> offers) {
        Group group = connections.group();
        List<HostOffer> members = members(group, layout, offers);
        HostOffer own = members.get(group.index());
        SharedFolder folder = new SharedFolder(Path.of(members.get(0).folder()), name(group, layout, offers));
        List<Boolean> sameProcess = members.stream()
                .map(other -> other.process().equals(own.process()))
                .toList();
        Optional<MappedCollectives> collectives;
        try (ProcessMeeting meeting =
                new ProcessMeeting(connections, folder, members.get(0).secret(), sameProcess, SLOT_BYTES)) {
            collectives = meeting.meet(names(group, layout));
        }
        if (collectives.isEmpty()) {
            return connections;
        }
        connections.close();
        return made(new QueuedCommunicator(group, layout, collectives.get(), "memory", settings));
    }

    /** Of all groups of a kind only this one has its leader's secret. */
    private static String name(Group group, ClusterLayout layout, List<HostOffer> offers) {
        return offer(group, 0, layout, offers).secret() + "-" + group.kind().ordinal();
    }

    private static IntFunction<String> names(Group group, ClusterLayout layout) {
        return index -> {
            int rank = group.ranks().get(index);
            return "rank " + rank + " on " + layout.place(rank).host();
        };
    }

    private Communicator made(Communicator communicator) {
        inMemory.add(communicator.group().kind());
        opened.add(communicator);
        return communicator;
    }

    @Override
    public RankDevice device() {
        return below.device();
    }

    @Override
    public TrafficModel trafficModel() {
        return new HostTraffic(below.trafficModel(), inMemory);
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

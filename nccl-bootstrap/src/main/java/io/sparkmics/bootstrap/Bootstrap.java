package io.sparkmics.bootstrap;

import io.sparkmics.bootstrap.collectives.Checking;
import io.sparkmics.bootstrap.collectives.CheckingCommunicator;
import io.sparkmics.bootstrap.collectives.Communicator;
import io.sparkmics.bootstrap.collectives.SoloCommunicator;
import io.sparkmics.bootstrap.collectives.TrackedCommunicator;
import io.sparkmics.bootstrap.deadline.CommunicationException;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.deadline.RankProgress;
import io.sparkmics.bootstrap.groups.ClusterLayout;
import io.sparkmics.bootstrap.groups.GatherMode;
import io.sparkmics.bootstrap.groups.Group;
import io.sparkmics.bootstrap.groups.GroupKind;
import io.sparkmics.bootstrap.groups.MicsGroups;
import io.sparkmics.bootstrap.groups.Place;
import io.sparkmics.bootstrap.meeting.Exchange;
import io.sparkmics.bootstrap.meeting.Introduction;
import io.sparkmics.bootstrap.traffic.CountingCommunicator;
import io.sparkmics.bootstrap.traffic.Traffic;
import io.sparkmics.bootstrap.transport.Transport;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How the ranks of a barrier stage meet. */
public final class Bootstrap {

    private static final Logger LOG = LoggerFactory.getLogger(Bootstrap.class);

    private Bootstrap() {}

    /**
     * Meets the other ranks in one exchange and connects this rank with its groups. Every rank calls it once, with the
     * same settings.
     *
     * @param payload a small message for the others, as row counts: found again in {@link RankContext#payloads()}
     * @param transport owned by the result, or closed here where there is none
     * @throws IllegalArgumentException for a layout or settings that every rank sees to be wrong
     * @throws CommunicationException when a peer did not come in time or has other settings
     */
    public static RankContext join(
            Exchange exchange, Place place, Transport transport, byte[] payload, CommunicationSettings given) {
        AtomicBoolean firstStep = new AtomicBoolean(true);
        CommunicationSettings settings = given.withFirst(firstStep::get);
        try {
            byte[] offer = transport.offer(place, exchange.size(), settings);
            Introduction own =
                    new Introduction(place, settings.partitionGroupSize(), settings.gather(), offer, payload);
            List<Introduction> all = exchange.exchange(own.bytes()).stream()
                    .map(Introduction::read)
                    .toList();
            checkSettings(all);
            return connect(all, place, transport, settings, firstStep);
        } catch (RuntimeException | Error e) {
            transport.close();
            throw e;
        }
    }

    private static void checkSettings(List<Introduction> all) {
        Introduction first = all.get(0);
        for (Introduction other : all) {
            if (other.partitionGroupSize() != first.partitionGroupSize() || other.gather() != first.gather()) {
                throw new CommunicationException("Cannot join the ranks: partition 0 wants partition groups of "
                        + first.partitionGroupSize() + " with " + first.gather() + " gather, partition "
                        + other.place().partitionId() + " wants " + other.partitionGroupSize() + " with "
                        + other.gather() + ". Give all ranks the same settings.");
            }
        }
    }

    private static RankContext connect(
            List<Introduction> all,
            Place place,
            Transport transport,
            CommunicationSettings settings,
            AtomicBoolean firstStep) {
        ClusterLayout layout =
                new ClusterLayout(all.stream().map(Introduction::place).toList());
        MicsGroups groups = new MicsGroups(layout, settings.partitionGroupSize());
        boolean hierarchical = hierarchical(groups, settings.gather());
        int rank = layout.rankOf(place.partitionId());
        if (rank == 0) {
            LOG.info("{}\n{}", layout, groups);
        }
        List<Group> own = new ArrayList<>();
        own.add(groups.group(GroupKind.PARTITION, rank));
        own.add(groups.group(GroupKind.REPLICATION, rank));
        if (hierarchical) {
            own.add(groups.group(GroupKind.INTRA_NODE, rank));
            own.add(groups.group(GroupKind.INTER_NODE, rank));
        }
        List<Communicator> connected = transport.connect(
                all.stream().map(Introduction::offer).toList(),
                layout,
                own.stream().filter(group -> group.size() > 1).toList());
        RankProgress progress =
                new RankProgress(rank, layout.places().stream().map(Place::host).toList());
        Traffic traffic = new Traffic();
        Checking checking = new Checking(settings.checking());
        Map<GroupKind, Communicator> communicators = new EnumMap<>(GroupKind.class);
        for (Group group : own) {
            if (group.size() == 1) {
                communicators.put(
                        group.kind(),
                        new CountingCommunicator(
                                new SoloCommunicator(group, transport.device()),
                                transport.trafficModel(),
                                layout,
                                traffic));
            }
        }
        for (Communicator bare : connected) {
            Communicator tracked = new TrackedCommunicator(bare, progress);
            Communicator counting = new CountingCommunicator(tracked, transport.trafficModel(), layout, traffic);
            communicators.put(
                    bare.group().kind(), new CheckingCommunicator(counting, tracked, checking, transport.device()));
        }
        List<byte[]> payloads = layout.places().stream()
                .map(other -> all.get(other.partitionId()).payload())
                .toList();
        return new RankContext(
                rank,
                groups,
                hierarchical,
                payloads,
                communicators,
                transport,
                traffic,
                checking,
                progress,
                settings,
                firstStep);
    }

    private static boolean hierarchical(MicsGroups groups, GatherMode mode) {
        Optional<String> reasonForFlat = groups.reasonForFlat();
        // Inside one node the flat gather is the hierarchical one.
        if (mode == GatherMode.HIERARCHICAL && groups.spansNodes() && reasonForFlat.isPresent()) {
            throw new IllegalArgumentException("Cannot gather hierarchically: " + reasonForFlat.get()
                    + ". Set gather to flat or auto; hierarchical gather needs two or more ranks of each partition"
                    + " group, and the same number, on each of its nodes.");
        }
        return mode != GatherMode.FLAT && reasonForFlat.isEmpty();
    }
}

package io.sparkmics.bootstrap.memory;

import io.sparkmics.bootstrap.ClusterLayout;
import io.sparkmics.bootstrap.Collectives;
import io.sparkmics.bootstrap.CommunicationSettings;
import io.sparkmics.bootstrap.Communicator;
import io.sparkmics.bootstrap.Group;
import io.sparkmics.bootstrap.MeshTransport;
import io.sparkmics.bootstrap.QueuedCommunicator;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** How members that are on one host come to share its memory. */
final class HostMemory {

    /** Two of each member are in the file of a group: 16 MB for four. */
    private static final long SLOT_BYTES = 2 << 20;

    private final MeshTransport below;
    private final ClusterLayout layout;
    private final HostOffers offers;
    private final CommunicationSettings settings;

    /** @param below connected; what processes meet over */
    HostMemory(MeshTransport below, ClusterLayout layout, HostOffers offers, CommunicationSettings settings) {
        this.below = below;
        this.layout = layout;
        this.offers = offers;
        this.settings = settings;
    }

    /** All members ask at once. Empty where processes cannot share memory: the log says why. The result is the caller's. */
    Optional<Collectives> share(Group group) {
        return offers.threads(group) ? Optional.of(threads(group)) : processes(group);
    }

    private Collectives threads(Group group) {
        LocalGroup threads = LocalGroup.join(offers.name(group), group.size());
        return new LocalCollectives(threads, threads.board(group.index(), offers.names(group)));
    }

    private Optional<Collectives> processes(Group group) {
        HostOffer leader = offers.members(group).get(0);
        SharedFolder folder = new SharedFolder(Path.of(leader.folder()), offers.name(group));
        List<Boolean> sameProcess = offers.sameProcess(group);
        try (Communicator connections =
                        new QueuedCommunicator(group, layout, below.ring(group, layout), "meeting", settings);
                ProcessMeeting meeting =
                        new ProcessMeeting(connections, folder, leader.secret(), sameProcess, SLOT_BYTES)) {
            return meeting.meet(offers.names(group)).map(Collectives.class::cast);
        }
    }
}

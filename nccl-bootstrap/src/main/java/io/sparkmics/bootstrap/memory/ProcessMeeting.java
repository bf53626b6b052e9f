package io.sparkmics.bootstrap.memory;

import io.sparkmics.bootstrap.collectives.Communicator;
import io.sparkmics.bootstrap.groups.Names;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the processes of a group come to share a file, or agree that they cannot: hosts that go by one name, a file system that is
 * full. Each step is done by all or by none; a process that dies meanwhile is noticed as the group's connections notice it.
 */
final class ProcessMeeting implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ProcessMeeting.class);

    private static final String FILE = "memory";

    private final Communicator connections;
    private final SharedFolder folder;
    private final String secret;
    private final List<Boolean> sameProcess;
    private final int members;
    private final int index;
    private final long slotBytes;
    private Presence presence;
    private Tensor bytes;
    private boolean met;

    /**
     * @param connections another communicator of the group
     * @param folder the group's own
     * @param secret what the group's file begins with
     * @param sameProcess which members, by index, are of this member's process
     */
    ProcessMeeting(
            Communicator connections, SharedFolder folder, String secret, List<Boolean> sameProcess, long slotBytes) {
        this.connections = connections;
        this.folder = folder;
        this.secret = secret;
        this.sameProcess = List.copyOf(sameProcess);
        this.members = connections.group().size();
        this.index = connections.group().index();
        this.slotBytes = slotBytes;
    }

    /** A part of the meeting that this host may have no means for. */
    @FunctionalInterface
    private interface Step {
        void run() throws IOException;
    }

    /**
     * Empty where a member cannot share; its host's log says why.
     *
     * @param names what errors call a member
     * @throws io.sparkmics.bootstrap.deadline.CommunicationException when a member did not come in time, or was lost
     */
    Optional<MappedCollectives> meet(IntFunction<String> names) {
        long size = Region.size(members, slotBytes);
        Path file = folder.path().resolve(FILE);
        boolean all = together(() -> {
                    if (index == 0) {
                        folder.create();
                        SharedFile.create(file, size, secret);
                    }
                })
                && together(() -> {
                    bytes = SharedFile.map(file, size, secret);
                    presence = Presence.of(folder.path(), members, index);
                })
                && together(this::watch);
        if (!all) {
            return Optional.empty();
        }
        met = true;
        Region region = new Region(bytes, members, slotBytes);
        return Optional.of(new MappedCollectives(region, new MappedBoard(region, presence, members, index, names)));
    }

    private void watch() throws IOException {
        for (int member = 0; member < members; member++) {
            if (!sameProcess.get(member)) {
                presence.watch(folder.path(), member);
            }
        }
    }

    /** Whether all members could do it. */
    private boolean together(Step step) {
        boolean done = false;
        try {
            step.run();
            done = true;
        } catch (IOException | RuntimeException e) {
            LOG.warn(
                    "{} does not share memory, its ranks talk over sockets: {}. Give it space in {}, or set another folder.",
                    Names.of(connections.group()),
                    e,
                    folder.parent());
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor own = torch.full(new long[] {1}, new Scalar(done ? 1L : 0L)).to(torch.ScalarType.Byte);
            Tensor every = torch.zeros(new long[] {members}).to(torch.ScalarType.Byte);
            connections.gather(own, every).await();
            byte[] answers = new byte[members];
            new BytePointer(every.data_ptr()).get(answers);
            return IntStream.range(0, members).allMatch(member -> answers[member] == 1);
        }
    }

    /** What has been met for keeps its memory, and needs no names of it any more. */
    @Override
    public void close() {
        if (!met) {
            if (presence != null) {
                presence.close();
            }
            if (bytes != null) {
                bytes.close();
            }
        }
        // A leader that was killed deletes nothing, and the others' wait has failed.
        if (index == 0 || !met) {
            folder.delete();
        }
    }
}

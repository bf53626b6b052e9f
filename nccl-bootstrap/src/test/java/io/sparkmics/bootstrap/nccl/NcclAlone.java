package io.sparkmics.bootstrap.nccl;

import io.sparkmics.bootstrap.collectives.Communicator;
import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.groups.Group;
import io.sparkmics.bootstrap.groups.GroupKind;
import java.time.Duration;
import java.util.List;

/** A world of one rank that really joins NCCL: a training of one rank has no need to. */
public final class NcclAlone implements AutoCloseable {

    private static final CommunicationSettings SETTINGS =
            CommunicationSettings.of(1).withTimeout(Duration.ofSeconds(60));

    private final NcclRuntime runtime;
    private final NcclWorld world;
    private final Communicator communicator;

    private NcclAlone(NcclRuntime runtime) {
        Group group = new Group(GroupKind.PARTITION, List.of(0), 0);
        this.runtime = runtime;
        runtime.select();
        world = NcclWorld.join(runtime, runtime.uniqueId(), 1, 0, List.of(group), SETTINGS);
        communicator = new NcclCommunicator(group, world, world.communicator(0));
    }

    public static NcclAlone on(int ordinal) {
        return new NcclAlone(new NativeRuntime(RankDevice.cuda(ordinal)));
    }

    public RankDevice device() {
        return runtime.device();
    }

    public Communicator communicator() {
        return communicator;
    }

    /** Waits until the device has done all that this thread has asked of it. */
    public void synchronize() throws InterruptedException {
        NcclRuntime.Mark mark = runtime.computed();
        if (!Polling.until(() -> runtime.reached(mark), SETTINGS.timeout().toMillis())) {
            throw new AssertionError("the device is not done after " + SETTINGS.timeout());
        }
        runtime.release(mark);
    }

    @Override
    public void close() {
        communicator.close();
        world.close();
        runtime.close();
    }
}

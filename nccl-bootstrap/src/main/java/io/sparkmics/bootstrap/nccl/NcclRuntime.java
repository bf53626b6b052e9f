package io.sparkmics.bootstrap.nccl;

import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.bootstrap.groups.Collective;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * All that one rank asks of NCCL and of its GPU. No call waits for another rank; what takes long is begun here and looked
 * after by {@link #progress}. For the rank's thread, but for {@link #abort}.
 */
interface NcclRuntime {

    /** A native communicator, or one in the making. */
    interface Handle {}

    /** A point that a stream will reach. */
    interface Mark {}

    /**
     * How a communicator is doing.
     *
     * @param busy something that was begun on it has not gone through yet: it must not be used for anything else
     * @param trouble what NCCL says went wrong since it was made
     */
    record Progress(boolean busy, Optional<String> trouble) {}

    /**
     * One collective of a group.
     *
     * @param from may be the same as {@code to}
     * @param root of a broadcast: an index in the group
     */
    record Operation(Collective collective, Tensor from, Tensor to, int root) {}

    RankDevice device();

    /** The version of the library that is loaded, as NCCL codes it: 22903 is 2.29.3. */
    int version();

    UniqueId uniqueId();

    /** Makes the device this thread's own; before any communicator. */
    void select();

    /** Begins to join a world. */
    Handle join(UniqueId id, int worldSize, int rank);

    /**
     * Begins to make a communicator of all ranks of the world that name the same color, in the order of their keys. All
     * ranks of the world call it. Done when the world is no longer busy.
     */
    Handle split(Handle world, int color, int key);

    Progress progress(Handle communicator);

    /**
     * Puts collectives on the communication stream, several in one go.
     *
     * @param operations at least one, in the order in which all members launch them
     * @return false where that is only begun, and the communicator busy until it is done
     */
    boolean launch(Handle communicator, List<Operation> operations);

    /** Behind all that this thread has put on its compute stream. */
    Mark computed();

    /** Behind all that is on the communication stream. */
    Mark communicated();

    /** What comes next on the communication stream waits for the mark. */
    void communicateAfter(Mark mark);

    /** What comes next on this thread's compute stream waits for the mark. */
    void computeAfter(Mark mark);

    boolean reached(Mark mark);

    /** Gives a mark back; streams that wait for it go on waiting. */
    void release(Mark mark);

    /** Begins to end communicators that nothing is in flight on. */
    void finalizing(Handle communicator);

    /** Frees a communicator that was finalized. */
    void destroy(Handle communicator);

    /**
     * Ends the communicators with all that is in flight on them, in one group: one after another they could wait for each
     * other.
     */
    void abort(List<Handle> communicators);

    /** Gives back what the device holds for this rank; no communicator is left. */
    void close();
}

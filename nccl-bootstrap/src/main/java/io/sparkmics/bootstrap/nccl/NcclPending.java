package io.sparkmics.bootstrap.nccl;

import io.sparkmics.bootstrap.collectives.Pending;
import io.sparkmics.bootstrap.deadline.CommunicationException;
import io.sparkmics.bootstrap.deadline.PeerException;
import io.sparkmics.bootstrap.deadline.PollingWait;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One operation on the communication stream, or several that were launched in one go. Joining it orders the compute stream
 * behind it; awaiting it looks at its mark, at what NCCL reports, at the deadline and at the task.
 */
final class NcclPending implements Pending {

    private final String what;
    private final NcclCommunicator communicator;
    private final List<NcclRuntime.Operation> operations;
    private NcclRuntime.Mark done;
    private boolean joined;
    private boolean awaited;
    private boolean finished;

    /** @param operations of their own handles on the memory, which this closes */
    NcclPending(String what, NcclCommunicator communicator, List<NcclRuntime.Operation> operations) {
        this.what = what;
        this.communicator = communicator;
        this.operations = operations;
    }

    void launched(NcclRuntime.Mark mark) {
        done = mark;
    }

    @Override
    public void join() {
        if (joined) {
            return;
        }
        requireNotAborted();
        if (!finished) {
            runtime().computeAfter(done);
        }
        joined = true;
        // The streams are in order now, so the memory may find another use on the compute stream.
        closeTensors();
    }

    @Override
    public void await() {
        if (awaited) {
            return;
        }
        PollingWait.await(
                millis -> Polling.until(() -> finished || reached(), millis),
                communicator.world().settings(),
                this::trouble,
                this::failure);
        requireNotAborted();
        join();
        awaited = true;
        communicator.finished(this);
    }

    /** The stream keeps the order. */
    @Override
    public Pending then(Supplier<Pending> next) {
        return next.get();
    }

    /** What was aborted reaches its mark too, with garbage in its buffers. */
    private void requireNotAborted() {
        if (communicator.world().aborted()) {
            throw failure("the communicator was aborted", null);
        }
    }

    boolean reached() {
        return done == null || runtime().reached(done);
    }

    private Optional<String> trouble() {
        return communicator.world().trouble(communicator.handle());
    }

    private CommunicationException failure(String reason, Throwable cause) {
        communicator.giveUp();
        return new PeerException("Cannot finish " + what + ": " + reason + ".", cause);
    }

    private NcclRuntime runtime() {
        return communicator.world().runtime();
    }

    /** Whether nothing comes of it any more: a device that has failed cannot even be asked. */
    boolean over() {
        try {
            return reached();
        } catch (RuntimeException e) {
            return true;
        }
    }

    /** Gives back what the operation holds. */
    void finish() {
        if (!finished) {
            finished = true;
            closeTensors();
            if (done != null) {
                runtime().release(done);
            }
        }
    }

    private void closeTensors() {
        for (NcclRuntime.Operation operation : operations) {
            operation.from().close();
            operation.to().close();
        }
    }
}

package io.sparkmics.bootstrap.collectives;

import io.sparkmics.bootstrap.deadline.CommunicationException;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.deadline.Operation;
import io.sparkmics.bootstrap.deadline.PeerException;
import io.sparkmics.bootstrap.deadline.Results;

/**
 * Waits for one operation. When the wait ends badly the collectives are aborted, so that the failure travels from peer to peer,
 * and all that was started on the communicator has let go of its memory before the error leaves.
 */
final class QueuedPending implements Pending {

    private final String what;
    private final Operation<Void> operation;
    private final QueuedCommunicator communicator;
    private final CommunicationSettings settings;

    QueuedPending(
            String what, Operation<Void> operation, QueuedCommunicator communicator, CommunicationSettings settings) {
        this.what = what;
        this.operation = operation;
        this.communicator = communicator;
        this.settings = settings;
    }

    @Override
    public void await() {
        Results.await(operation, settings, communicator::aborted, this::failure);
    }

    private CommunicationException failure(String reason, Throwable cause) {
        String message = "Cannot finish " + what + ": " + reason + peer(cause) + ".";
        communicator.giveUp();
        return new PeerException(message, cause);
    }

    /** Asked before the abort, which ends every wait. The peer may only be waiting itself. */
    private String peer(Throwable cause) {
        boolean own = cause == null || cause instanceof InterruptedException || communicator.aborted();
        return own
                ? ""
                : communicator
                        .awaited()
                        .map(name -> "; this one waited for " + name)
                        .orElse("");
    }
}

package io.sparkmics.bootstrap.deadline;

/**
 * What was done to this rank: a peer is lost, gave up or stayed silent until the deadline, or the task was cancelled. Never
 * the first cause of a failed run.
 */
public class PeerException extends CommunicationException {

    private static final long serialVersionUID = 1L;

    public PeerException(String message) {
        super(message);
    }

    public PeerException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public boolean consequence() {
        return true;
    }
}

package io.sparkmics.bootstrap.deadline;

import java.util.Optional;

/**
 * A collective or a rendezvous that did not succeed. This class itself is for what this rank could not do or was not told
 * right, as a mismatch; what was done to it is a {@link PeerException}.
 */
public class CommunicationException extends RuntimeException {

    private static final long serialVersionUID = 2L;

    private WaitReport report;

    public CommunicationException(String message) {
        super(message);
    }

    public CommunicationException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Whether it only follows from something else: from a failure of another rank, its silence, an abort or a cancel. */
    public boolean consequence() {
        return false;
    }

    /** Where this rank was when a collective failed; empty where the ranks had not met yet. */
    public Optional<WaitReport> report() {
        return Optional.ofNullable(report);
    }

    /** The innermost wait knows best: a later report is left out. */
    void report(WaitReport where) {
        if (report == null) {
            report = where;
        }
    }
}

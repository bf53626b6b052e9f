package io.sparkmics.bootstrap;

/** A collective or a rendezvous that did not succeed: a deadline, a lost peer, a mismatch between ranks, an abort. */
public class CommunicationException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public CommunicationException(String message) {
        super(message);
    }

    public CommunicationException(String message, Throwable cause) {
        super(message, cause);
    }
}

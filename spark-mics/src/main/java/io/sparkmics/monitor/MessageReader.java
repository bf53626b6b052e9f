package io.sparkmics.monitor;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands messages to who listens for their kind, and keeps trouble with either from whoever carries them. */
final class MessageReader {

    static final Logger LOG = LoggerFactory.getLogger(MessageReader.class);

    /** No attempt has this number. */
    private static final int NOBODY = -1;

    private final Map<String, Consumer<String>> listeners;
    private final Set<String> troubled = new HashSet<>();
    private volatile int attempt = NOBODY;

    MessageReader(Map<String, Consumer<String>> listeners) {
        this.listeners = Map.copyOf(listeners);
    }

    /** From now on nothing is heard of other attempts: their ranks may live on for a while. */
    synchronized void begin(int next) {
        attempt = next;
    }

    /** From now on nothing is heard at all. Waits for no listener. */
    void end() {
        attempt = NOBODY;
    }

    /** Whether somebody has taken it. */
    synchronized boolean accept(String text) {
        String kind = "";
        try {
            RankMessage message = RankMessage.of(text);
            kind = message.kind();
            Consumer<String> listener = listeners.get(kind);
            if (listener == null || message.attempt() != attempt) {
                LOG.debug("Nobody listens for '{}' of attempt {}.", kind, message.attempt());
                return false;
            }
            listener.accept(message.json());
            return true;
        } catch (RuntimeException e) {
            if (troubled.add(kind)) {
                LOG.warn("Cannot take a message '{}': {}. Training goes on; this is said once.", kind, e.toString());
                LOG.debug("The trouble with the message:", e);
            }
            return false;
        }
    }
}

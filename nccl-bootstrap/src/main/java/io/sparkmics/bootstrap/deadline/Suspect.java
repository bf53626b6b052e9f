package io.sparkmics.bootstrap.deadline;

import java.util.Objects;

/**
 * A rank that seems to keep the others waiting.
 *
 * @param rank in the world
 * @param host that it runs on
 * @param silent whether it has reported nothing, as a frozen or lost process does
 * @param reason what speaks against it: who waits for it, in which collective, and what it said itself
 */
public record Suspect(int rank, String host, boolean silent, String reason) {

    public Suspect {
        Objects.requireNonNull(host, "host is null");
        Objects.requireNonNull(reason, "reason is null");
    }

    @Override
    public String toString() {
        return "rank " + rank + " on " + host + " (" + reason + ")";
    }
}

package io.sparkmics.bootstrap;

import java.util.EnumMap;
import java.util.Map;

/**
 * What one rank has sent, as its transport really sends it, padding included: bytes by kind of group and link class, and
 * how many collectives of each name. Receives are the senders' to count, so the sum over ranks is the traffic of the
 * cluster. Thread-safe.
 */
public final class Traffic {

    private final Map<GroupKind, Map<LinkClass, Long>> bytes = new EnumMap<>(GroupKind.class);
    private final Map<GroupKind, Map<Collective, Long>> calls = new EnumMap<>(GroupKind.class);

    /** Counts one collective of this rank. */
    public synchronized void count(GroupKind kind, Collective collective) {
        calls.computeIfAbsent(kind, k -> new EnumMap<>(Collective.class)).merge(collective, 1L, Long::sum);
    }

    /** Counts bytes that this rank sends. */
    public synchronized void sent(GroupKind kind, LinkClass link, long count) {
        bytes.computeIfAbsent(kind, k -> new EnumMap<>(LinkClass.class)).merge(link, count, Long::sum);
    }

    public synchronized long bytes(GroupKind kind, LinkClass link) {
        return bytes.getOrDefault(kind, Map.of()).getOrDefault(link, 0L);
    }

    public synchronized long calls(GroupKind kind, Collective collective) {
        return calls.getOrDefault(kind, Map.of()).getOrDefault(collective, 0L);
    }
}

package io.sparkmics.bootstrap.traffic;

import io.sparkmics.bootstrap.groups.Collective;
import io.sparkmics.bootstrap.groups.GroupKind;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * What one rank has sent, as its transport really sends it, padding included: bytes by kind of group and link class, and
 * how many collectives of each name. Receives are the senders' to count, so the sum over ranks is the traffic of the
 * cluster. Thread-safe.
 *
 * <p>Left out: the comparisons of checked collectives, the all-reduce of one number with which the ranks meet, and the
 * heads that the transport and the network put before each message.
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

    /** A copy that counts no further, with every kind of group and link class: two of them tell what was sent between. */
    public synchronized Map<GroupKind, Map<LinkClass, Long>> bytes() {
        Map<GroupKind, Map<LinkClass, Long>> kinds = new EnumMap<>(GroupKind.class);
        for (GroupKind kind : GroupKind.values()) {
            Map<LinkClass, Long> links = new EnumMap<>(LinkClass.class);
            for (LinkClass link : LinkClass.values()) {
                links.put(link, bytes(kind, link));
            }
            kinds.put(kind, Collections.unmodifiableMap(links));
        }
        return Collections.unmodifiableMap(kinds);
    }

    public synchronized long calls(GroupKind kind, Collective collective) {
        return calls.getOrDefault(kind, Map.of()).getOrDefault(collective, 0L);
    }
}

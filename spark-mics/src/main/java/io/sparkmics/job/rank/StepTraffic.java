package io.sparkmics.job.rank;

import io.sparkmics.bootstrap.groups.GroupKind;
import io.sparkmics.bootstrap.traffic.LinkClass;
import io.sparkmics.bootstrap.traffic.Traffic;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Supplier;

/** What one rank sends in its training steps: evaluations and the saved model do not count. */
final class StepTraffic {

    private final Traffic traffic;
    private final Map<GroupKind, Map<LinkClass, Long>> bytes = new EnumMap<>(GroupKind.class);

    StepTraffic(Traffic traffic) {
        this.traffic = traffic;
    }

    <T> T during(Supplier<T> step) {
        Map<GroupKind, Map<LinkClass, Long>> before = traffic.bytes();
        T result = step.get();
        add(bytes, traffic.bytes(), 1);
        add(bytes, before, -1);
        return result;
    }

    /** Adds to or, with sign -1, takes from what is there. */
    static void add(Map<GroupKind, Map<LinkClass, Long>> total, Map<GroupKind, Map<LinkClass, Long>> more, int sign) {
        more.forEach((kind, links) -> links.forEach((link, count) ->
                total.computeIfAbsent(kind, k -> new EnumMap<>(LinkClass.class)).merge(link, sign * count, Long::sum)));
    }

    Map<GroupKind, Map<LinkClass, Long>> bytes() {
        return bytes;
    }
}

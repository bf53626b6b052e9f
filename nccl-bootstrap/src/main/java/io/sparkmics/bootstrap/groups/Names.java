package io.sparkmics.bootstrap.groups;

import java.util.Locale;

/** How errors call things. */
public final class Names {

    private Names() {}

    /** As in {@code reduce-scatter}. */
    public static String of(Collective collective) {
        return hyphenated(collective);
    }

    /** As in {@code partition group [0, 1] on rank 1}. */
    public static String of(Group group) {
        return of(group.kind()) + " group " + group.ranks() + " on rank " + group.rank();
    }

    /** As in {@code intra-node}. */
    public static String of(GroupKind kind) {
        return hyphenated(kind);
    }

    /** As in {@code 1 rank} and {@code 4 ranks}. */
    public static String count(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    private static String hyphenated(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}

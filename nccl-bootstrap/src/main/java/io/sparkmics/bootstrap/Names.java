package io.sparkmics.bootstrap;

import java.util.Locale;

/** How errors call things. */
public final class Names {

    private Names() {}

    /** As in {@code reduce-scatter}. */
    public static String of(Collective collective) {
        return words(collective).replace(' ', '-');
    }

    /** As in {@code partition group [0, 1] on rank 1}. */
    public static String of(Group group) {
        return words(group.kind()).replace(' ', '-') + " group " + group.ranks() + " on rank " + group.rank();
    }

    private static String words(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}

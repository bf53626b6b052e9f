package io.sparkmics.bootstrap.groups;

import java.util.List;

/**
 * One group of ranks, seen from one of its members.
 *
 * @param kind what the group is for
 * @param ranks its members as ranks of the world, ascending
 * @param index where this rank stands in {@code ranks}
 */
public record Group(GroupKind kind, List<Integer> ranks, int index) {

    public Group {
        ranks = List.copyOf(ranks);
        if (index < 0 || index >= ranks.size()) {
            throw new IllegalArgumentException("Cannot make the " + kind + " group " + ranks + ": index " + index
                    + " is not one of its " + ranks.size() + " members.");
        }
        for (int i = 1; i < ranks.size(); i++) {
            if (ranks.get(i - 1) >= ranks.get(i)) {
                throw new IllegalArgumentException(
                        "Cannot make the " + kind + " group " + ranks + ": its ranks must be ascending.");
            }
        }
    }

    public int size() {
        return ranks.size();
    }

    /** This rank's number in the world. */
    public int rank() {
        return ranks.get(index);
    }
}

package io.sparkmics.bootstrap.deadline;

import io.sparkmics.bootstrap.groups.Collective;
import io.sparkmics.bootstrap.groups.GroupKind;
import io.sparkmics.bootstrap.groups.Names;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/**
 * One collective of one group.
 *
 * @param collective which operation
 * @param sequence its number among those of the group, from 0; comparisons of checked collectives count too
 * @param kind what the group is for
 * @param ranks the group's members as ranks of the world
 */
public record CollectiveCall(Collective collective, long sequence, GroupKind kind, List<Integer> ranks)
        implements Serializable {

    public CollectiveCall {
        Objects.requireNonNull(collective, "collective is null");
        Objects.requireNonNull(kind, "kind is null");
        ranks = List.copyOf(ranks);
        if (sequence < 0) {
            throw new IllegalArgumentException(
                    "Cannot name a collective: its sequence number is " + sequence + " and must be at least 0.");
        }
    }

    boolean sameGroup(CollectiveCall other) {
        return kind == other.kind && ranks.equals(other.ranks);
    }

    /** As in {@code gather 812 of partition group [2, 3]}. */
    @Override
    public String toString() {
        return Names.of(collective) + " " + sequence + " of " + Names.of(kind) + " group " + ranks;
    }
}

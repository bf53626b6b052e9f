package io.sparkmics.job.attempt;

import io.sparkmics.bootstrap.deadline.CollectiveCall;
import io.sparkmics.bootstrap.deadline.WaitReport;
import io.sparkmics.bootstrap.groups.Collective;
import io.sparkmics.bootstrap.groups.GroupKind;
import io.sparkmics.job.rank.FailureKind;
import io.sparkmics.job.rank.RankFailure;
import java.util.List;

/** What ranks 0 to 3 say, two on each of hosts a and b. */
final class Reports {

    static final List<String> HOSTS = List.of("a", "a", "b", "b");

    private Reports() {}

    static RankFailure code(int rank, String message) {
        return of(rank, FailureKind.CODE, "java.lang.IllegalStateException", message, null);
    }

    /** It waited for the others of its partition group. */
    static RankFailure consequence(int rank) {
        List<Integer> group = rank < 2 ? List.of(0, 1) : List.of(2, 3);
        CollectiveCall call = new CollectiveCall(Collective.values()[0], 7, GroupKind.PARTITION, group);
        return of(
                rank,
                FailureKind.CONSEQUENCE,
                "io.sparkmics.bootstrap.deadline.PeerException",
                "Cannot wait longer.",
                new WaitReport(rank, HOSTS, List.of(call), 5000, List.of(call)));
    }

    static RankFailure of(int rank, FailureKind kind, String type, String message, WaitReport waiting) {
        return new RankFailure(rank, HOSTS.get(rank), "executor-" + rank, 11, kind, type, message, waiting);
    }
}

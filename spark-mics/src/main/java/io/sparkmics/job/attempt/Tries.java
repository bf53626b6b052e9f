package io.sparkmics.job.attempt;

import io.sparkmics.bootstrap.groups.Names;
import io.sparkmics.job.rank.Attempt;
import io.sparkmics.job.rank.FailureKind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What a run has tried so far, and how it ended. */
final class Tries {

    private record Try(Attempt attempt, Failure failure) {}

    private final List<Try> tries = new ArrayList<>();
    private boolean anyStep;
    private int restarts;

    void failed(Attempt attempt, Failure failure) {
        tries.add(new Try(attempt, failure));
    }

    /** Some rank has done a step of the run. */
    void stepDone() {
        anyStep = true;
    }

    void restarted() {
        restarts++;
    }

    /** What came before it counts no more. */
    void newCheckpoint() {
        restarts = 0;
    }

    boolean anyStep() {
        return anyStep;
    }

    /** Since the newest checkpoint. */
    int restarts() {
        return restarts;
    }

    /** That of training: a damaged checkpoint says nothing of it. Null where there was none. */
    Failure last() {
        return tries.stream()
                .map(Try::failure)
                .filter(failure -> failure.kind() != FailureKind.DAMAGED)
                .reduce(null, (before, failure) -> failure);
    }

    /** As in {@code It was tried 3 times: ...}; empty after the first try. */
    String describe() {
        if (tries.size() < 2) {
            return "";
        }
        String each = tries.subList(0, tries.size() - 1).stream()
                .map(one -> "attempt " + one.attempt().number() + " " + begin(one.attempt()) + ": "
                        + one.failure().describe())
                .collect(Collectors.joining("; "));
        Attempt last = tries.get(tries.size() - 1).attempt();
        return " That was attempt " + last.number() + ", " + begin(last) + ", after "
                + Names.count(tries.size() - 1, "restart") + " (" + each + ").";
    }

    private static String begin(Attempt attempt) {
        return new StartPoint(attempt.firstStep(), attempt.checkpoint()).describe();
    }
}

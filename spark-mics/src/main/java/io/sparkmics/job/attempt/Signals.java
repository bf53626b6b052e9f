package io.sparkmics.job.attempt;

import io.sparkmics.job.rank.FailureKind;
import io.sparkmics.job.rank.Heartbeat;
import io.sparkmics.job.rank.RankFailure;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the ranks of one attempt say while it runs. Any thread. */
public final class Signals {

    private final List<RankFailure> failures = new ArrayList<>();
    private final Map<Integer, Integer> heartbeats = new HashMap<>();
    private long step;
    private boolean anyStep;
    private long heard = System.nanoTime();

    /** @param firstStep how many steps were done when it began */
    Signals(long firstStep) {
        step = firstStep;
    }

    /** A rank has failed, or does not come back. */
    public synchronized void failed(RankFailure failure) {
        failures.add(failure);
        heard = System.nanoTime();
    }

    /** @param done how many steps are done */
    public synchronized void stepped(long done) {
        step = Math.max(step, done);
        anyStep = true;
        // Whoever was, has come back.
        failures.removeIf(failure -> failure.kind() == FailureKind.STUCK);
        heard = System.nanoTime();
    }

    /** A rank is alive. */
    public synchronized void heard() {
        heard = System.nanoTime();
    }

    /** A rank's process runs. */
    public synchronized void beaten(Heartbeat heartbeat) {
        heartbeats.put(heartbeat.partition(), heartbeat.rank());
    }

    /** Who has sent a heartbeat since this was asked last: ranks by their partitions. */
    synchronized Map<Integer, Integer> newHeartbeats() {
        Map<Integer, Integer> all = Map.copyOf(heartbeats);
        heartbeats.clear();
        return all;
    }

    /** In the order in which they came. */
    synchronized List<RankFailure> failures() {
        return List.copyOf(failures);
    }

    /** Whether the attempt cannot come to its end any more. */
    public synchronized boolean failed() {
        return failures.stream().anyMatch(failure -> failure.kind() != FailureKind.STUCK);
    }

    /** Whether a rank is stuck, and nothing was heard since for so long. */
    synchronized boolean stuckFor(long nanos) {
        return !failures.isEmpty() && System.nanoTime() - heard > nanos;
    }

    /** How many steps are known to be done. */
    synchronized long step() {
        return step;
    }

    /** Whether this attempt has done one. */
    synchronized boolean anyStep() {
        return anyStep;
    }
}

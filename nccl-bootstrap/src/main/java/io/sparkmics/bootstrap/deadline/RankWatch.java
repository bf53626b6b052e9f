package io.sparkmics.bootstrap.deadline;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * Looks after a rank from beside, on a thread of its own: aborts its collectives when the task is cancelled while the rank is in
 * native code, and tells when the rank's own code has not come back to its collectives for as long as they may wait. A rank that
 * waits in a collective is none of its business: that wait has its deadline.
 */
public final class RankWatch implements AutoCloseable {

    private static final long POLL_MILLIS = 200;

    private final Thread rank;
    private final RankProgress progress;
    private final CommunicationSettings settings;
    private final Runnable abort;
    private final Consumer<StuckRank> stuck;
    private final Thread thread;
    private long told = -1;

    public RankWatch(
            Thread rank,
            RankProgress progress,
            CommunicationSettings settings,
            Runnable abort,
            Consumer<StuckRank> stuck) {
        this.rank = rank;
        this.progress = progress;
        this.settings = settings;
        this.abort = abort;
        this.stuck = stuck;
        thread = start(this::watch, "rank-watch");
    }

    private static Thread start(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void watch() {
        try {
            while (!settings.cancelled().getAsBoolean()) {
                tellOfStall();
                Thread.sleep(POLL_MILLIS);
            }
            abort.run();
        } catch (InterruptedException closed) {
            // The rank has come to its end.
        }
    }

    /** Once for each stall. On another thread: who is told may be slow, and a cancel must be seen meanwhile. */
    private void tellOfStall() {
        long changes = progress.changes();
        // A little before the others give up, as this task is cancelled then.
        Duration limit = settings.currentTimeout().multipliedBy(3).dividedBy(4);
        if (changes != told && progress.inOwnCodeFor(limit)) {
            told = changes;
            StuckRank found = StuckRank.of(progress.report(), rank);
            start(() -> stuck.accept(found), "rank-stuck");
        }
    }

    /** Afterwards no abort begins, and none is under way unless it hangs. An interrupt of the caller is kept. */
    @Override
    public void close() {
        thread.interrupt();
        UninterruptibleWait.within(UninterruptibleWait.MILLIS, this::ended);
    }

    private boolean ended(long millis) throws InterruptedException {
        // 0 would be for ever.
        thread.join(Math.max(1, millis));
        return !thread.isAlive();
    }
}

package io.sparkmics.job.rank;

import io.sparkmics.monitor.StepMetrics;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.spark.TaskKilledException;

/**
 * Saves one rank's states while it trains: they are copied between two steps, and a thread of its own brings the copy to storage
 * behind the next ones. For the rank's thread.
 *
 * <p>A checkpoint that the storage does not take is told and left out, as training is worth more than it. The end of the run is
 * worth nothing without its result: that is tried again and must succeed.
 */
final class StateWriter implements AutoCloseable {

    /** A storage that takes longer for one rank's states is taken for stuck. */
    private static final Duration LONGEST_WRITE = Duration.ofMinutes(30);

    /** The storage may be away for a moment. */
    private static final List<Duration> BEFORE_TRIES =
            List.of(Duration.ZERO, Duration.ofSeconds(2), Duration.ofSeconds(10));

    private static final long POLL_MILLIS = 100;

    private final ShardSaver saver;
    private final int rank;
    private final Duration timeout;
    private final BooleanSupplier cancelled;
    private final Runnable waiting;
    private final Consumer<SaveReport> listener;

    /** What is written, or was last; null before the first. */
    private FutureTask<SaveReport> writing;

    private volatile boolean closed;

    /**
     * @param saver with a copy of the states, which is closed with this
     * @param timeout how long a step may be held up by the write before: less than its peers wait for it
     * @param cancelled ends every wait here
     * @param waiting called again and again while the rank waits here, which it may for longer than in its collectives
     * @param listener told of every save on the thread that writes
     */
    StateWriter(
            ShardSaver saver,
            int rank,
            Duration timeout,
            BooleanSupplier cancelled,
            Runnable waiting,
            Consumer<SaveReport> listener) {
        this.saver = saver;
        this.rank = rank;
        this.timeout = timeout;
        this.cancelled = cancelled;
        this.waiting = waiting;
        this.listener = listener;
    }

    /**
     * Returns when the states are copied. Where the storage is still busy with those before, and for too long, these are left
     * out.
     *
     * @param step how many are done
     * @param history all of them; from rank 0 only
     */
    void save(long step, List<StepMetrics> history) {
        long begin = System.nanoTime();
        if (!idle(timeout)) {
            listener.accept(new SaveReport(
                    rank,
                    step,
                    0,
                    seconds(begin),
                    0,
                    "the storage has not taken the one before yet, and training does not wait longer than "
                            + timeout.toSeconds()
                            + " s. "
                            + (saver.saving().checkpoints()
                                    ? "Set a larger checkpointInterval, or a faster checkpointDirectory."
                                    : "Set a larger evaluateEvery, or a faster workDirectory.")));
            return;
        }
        saver.copy().take();
        double heldUp = seconds(begin);
        List<StepMetrics> steps = List.copyOf(history);
        start(() -> write(step, steps, heldUp));
    }

    /**
     * Returns when the states lie on the storage.
     *
     * @throws IllegalStateException when it does not take them
     */
    void saveResult(long step, List<StepMetrics> history) {
        if (!idle(LONGEST_WRITE)) {
            throw tooSlow();
        }
        saver.copy().take();
        start(() -> writeInTries(step, history));
        SaveReport result = await(LONGEST_WRITE).orElseThrow(StateWriter::tooSlow);
        if (result.failure() != null) {
            throw new SaveException(
                    "Cannot save what was trained, in " + BEFORE_TRIES.size() + " tries: " + result.failure());
        }
    }

    private SaveReport writeInTries(long step, List<StepMetrics> history) throws InterruptedException {
        SaveReport last = null;
        for (Duration pause : BEFORE_TRIES) {
            if (last == null || last.failure() != null) {
                TimeUnit.MILLISECONDS.sleep(pause.toMillis());
                last = write(step, history, 0);
            }
        }
        return last;
    }

    private SaveReport write(long step, List<StepMetrics> history, double heldUp) {
        long begin = System.nanoTime();
        try {
            long bytes = saver.write(step, history).length();
            return new SaveReport(rank, step, bytes, heldUp, seconds(begin), null);
        } catch (RuntimeException | Error e) {
            return new SaveReport(rank, step, 0, heldUp, seconds(begin), reason(e));
        }
    }

    private static String reason(Throwable failure) {
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }

    /** Behind the end of the rank nobody hears of it: the driver looks at the storage itself. */
    private void tell(SaveReport report) {
        if (!closed) {
            listener.accept(report);
        }
    }

    private void start(Callable<SaveReport> write) {
        writing = new FutureTask<>(() -> {
            SaveReport report = write.call();
            tell(report);
            return report;
        });
        Thread thread = new Thread(writing, "checkpoint-writer-rank-" + rank);
        thread.setDaemon(true);
        thread.start();
    }

    /** Whether nothing is written any more, at the latest after so long. */
    private boolean idle(Duration timeout) {
        return writing == null || await(timeout).isPresent();
    }

    /** What became of what is written; empty where it still is, after so long. */
    private Optional<SaveReport> await(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            waiting.run();
            try {
                return Optional.of(writing.get(POLL_MILLIS, TimeUnit.MILLISECONDS));
            } catch (ExecutionException e) {
                return Optional.of(
                        new SaveReport(rank, 0, 0, 0, 0, "the thread that writes has ended: " + reason(e.getCause())));
            } catch (TimeoutException e) {
                if (cancelled.getAsBoolean()) {
                    throw new TaskKilledException("cancelled while states were written");
                }
                if (System.nanoTime() - deadline > 0) {
                    return Optional.empty();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new TaskKilledException("interrupted while states were written");
            }
        }
    }

    private static SaveException tooSlow() {
        return new SaveException("Cannot save what was trained: the storage has not taken one rank's states within "
                + LONGEST_WRITE.toMinutes() + " minutes. Choose a faster one.");
    }

    private static double seconds(long begin) {
        return (System.nanoTime() - begin) / 1e9;
    }

    /** What is being written is written to its end, on its own thread, and may still become a checkpoint. */
    @Override
    public void close() {
        closed = true;
        saver.copy().close();
    }
}

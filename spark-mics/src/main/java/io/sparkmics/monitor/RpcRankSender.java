package io.sparkmics.monitor;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends from a thread of its own, since finding the driver can take long when the driver is in trouble. */
final class RpcRankSender implements RankSender {

    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(RpcRankSender.class);
    private static final int MESSAGES_WAITING = 10_000;

    /** To look for a driver that is not found takes long, and other messages wait meanwhile. */
    private static final long BETWEEN_TRIES = Duration.ofSeconds(10).toNanos();

    /** One for all senders of a process; it goes when idle, so that nobody needs to close it. */
    private static final ThreadPoolExecutor THREAD =
            new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(MESSAGES_WAITING), task -> {
                Thread thread = new Thread(task, "spark-mics-messages");
                thread.setDaemon(true);
                return thread;
            });

    static {
        THREAD.allowCoreThreadTimeOut(true);
    }

    private final String name;
    private final int attempt;

    /** Only the sending thread touches these. */
    private transient SparkRpc.Driver driver;

    /** When nobody was found at the other end; null: not yet. */
    private transient Long troubled;

    RpcRankSender(String name, int attempt) {
        this.name = name;
        this.attempt = attempt;
    }

    @Override
    public void send(String kind, String json) {
        String text = new RankMessage(attempt, kind, json).text();
        try {
            THREAD.execute(() -> deliver(text));
        } catch (RejectedExecutionException e) {
            LOG.debug("A message '{}' is lost: {} wait to be sent.", kind, MESSAGES_WAITING);
        }
    }

    @Override
    public boolean ask(String kind, String json, Duration timeout) {
        String text = new RankMessage(attempt, kind, json).text();
        CompletableFuture<Boolean> taken = new CompletableFuture<>();
        try {
            THREAD.execute(() -> deliver(text, timeout, taken));
            return taken.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RejectedExecutionException | TimeoutException | ExecutionException e) {
            LOG.info("The driver has not taken a message '{}' within {}: {}", kind, timeout, e.toString());
        }
        return false;
    }

    @Override
    public boolean prompt() {
        return true;
    }

    @Override
    public void flush(Duration timeout) {
        try {
            THREAD.submit(() -> {}).get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException | TimeoutException | ExecutionException e) {
            LOG.warn("The last steps are perhaps not shown: the driver did not take them within {}.", timeout);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void deliver(String text) {
        boolean before = troubled != null;
        if (before && System.nanoTime() - troubled < BETWEEN_TRIES) {
            return;
        }
        try {
            driver().send(text);
        } catch (LinkageError | Exception e) {
            // Spark throws checked exceptions that nothing declares. It is nothing to warn of: a rank of a fit that was
            // interrupted, or of an application that has ended, finds nobody who listens any more.
            troubled = System.nanoTime();
            if (!before) {
                LOG.info("Cannot send progress to the driver: {}. Training goes on without being shown.", e.toString());
                LOG.debug("The trouble with the driver:", e);
            }
        }
    }

    /** Trouble before is no reason not to try again: who asks depends on it more than who sends. */
    private void deliver(String text, Duration timeout, CompletableFuture<Boolean> taken) {
        try {
            driver().ask(text, timeout).whenComplete((answer, failure) -> {
                if (failure == null) {
                    taken.complete(answer);
                } else {
                    taken.completeExceptionally(failure);
                }
            });
        } catch (LinkageError | Exception e) {
            taken.completeExceptionally(e);
        }
    }

    private SparkRpc.Driver driver() {
        if (driver == null) {
            driver = SparkRpc.connect(name);
        }
        return driver;
    }
}

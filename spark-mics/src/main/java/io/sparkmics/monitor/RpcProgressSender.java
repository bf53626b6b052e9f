package io.sparkmics.monitor;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends from a thread of its own, since finding the driver can take long when the driver is in trouble. */
final class RpcProgressSender implements ProgressSender {

    private static final long serialVersionUID = 1L;
    private static final Logger LOG = LoggerFactory.getLogger(RpcProgressSender.class);
    private static final int LINES_WAITING = 10_000;

    /** One for all senders of a process; it goes when idle, so that nobody needs to close it. */
    private static final ThreadPoolExecutor THREAD =
            new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(LINES_WAITING), task -> {
                Thread thread = new Thread(task, "spark-mics-progress");
                thread.setDaemon(true);
                return thread;
            });

    static {
        THREAD.allowCoreThreadTimeOut(true);
    }

    private final String name;

    /** Only the sending thread touches these. */
    private transient Consumer<String> driver;

    private transient boolean troubled;

    RpcProgressSender(String name) {
        this.name = name;
    }

    @Override
    public void send(StepMetrics metrics) {
        try {
            THREAD.execute(() -> deliver(metrics));
        } catch (RejectedExecutionException e) {
            LOG.debug("Step {} is not shown: {} lines wait to be sent.", metrics.step(), LINES_WAITING);
        }
    }

    @Override
    public void flush(Duration patience) {
        try {
            THREAD.submit(() -> {}).get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException | TimeoutException | ExecutionException e) {
            LOG.warn("The last steps are perhaps not shown: the driver did not take them within {}.", patience);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void deliver(StepMetrics metrics) {
        if (troubled) {
            return;
        }
        try {
            if (driver == null) {
                driver = SparkRpc.connect(name);
            }
            driver.accept(metrics.toJson());
        } catch (LinkageError | Exception e) {
            // Spark throws checked exceptions that nothing declares. It is nothing to warn of: a rank of a fit that was
            // interrupted, or of an application that has ended, finds nobody who listens any more.
            troubled = true;
            LOG.info("Cannot send progress to the driver: {}. Training goes on without being shown.", e.toString());
            LOG.debug("The trouble with the driver:", e);
        }
    }
}

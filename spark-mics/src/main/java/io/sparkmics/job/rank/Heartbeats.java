package io.sparkmics.job.rank;

import io.sparkmics.job.cluster.Json;
import io.sparkmics.monitor.RankSender;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A rank's heartbeats, sent from a thread of their own until this is closed: the driver hears them while the rank computes,
 * evaluates, or waits for a storage, and hears none of a process that is frozen.
 */
final class Heartbeats implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Heartbeats.class);

    /** How many may be lost before the driver asks itself why. */
    private static final int PER_TIMEOUT = 10;

    private static final Duration LONGEST_INTERVAL = Duration.ofSeconds(10);

    private final RankSender driver;
    private final int partition;
    private final Duration interval;
    private final Thread thread;
    private volatile int rank = RankFailure.UNKNOWN;

    private Heartbeats(RankSender driver, int partition, Duration interval) {
        this.driver = driver;
        this.partition = partition;
        this.interval = interval;
        thread = new Thread(this::beat, "heartbeats-of-task-" + partition);
        thread.setDaemon(true);
    }

    /** @param timeout how long a rank may be silent */
    static Heartbeats start(RankSender driver, int partition, Duration timeout) {
        Duration interval = timeout.dividedBy(PER_TIMEOUT);
        Heartbeats heartbeats = new Heartbeats(
                driver, partition, interval.compareTo(LONGEST_INTERVAL) < 0 ? interval : LONGEST_INTERVAL);
        if (driver.prompt()) {
            heartbeats.thread.start();
        }
        return heartbeats;
    }

    /** From now on it is known who this rank is. */
    void met(int itsRank) {
        rank = itsRank;
    }

    private void beat() {
        try {
            while (true) {
                send();
                Thread.sleep(interval.toMillis());
            }
        } catch (InterruptedException closed) {
            // The rank has come to its end.
        }
    }

    /** One that cannot be sent, for want of a thread or of memory, is no reason to send no more. */
    private void send() throws InterruptedException {
        try {
            driver.send(Heartbeat.KIND, Json.write(new Heartbeat(partition, rank)));
        } catch (RuntimeException | OutOfMemoryError e) {
            LOG.warn("Cannot send a heartbeat: the next one is tried in {}.", interval, e);
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}

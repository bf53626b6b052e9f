package io.sparkmics.monitor;

import java.io.Serializable;
import java.time.Duration;

/**
 * The end of a {@link RankChannel} that the tasks of one attempt hold: capture it in the task's closure and call it from the
 * task. Any thread of the task. Nothing here throws: training does not depend on who listens.
 */
public interface RankSender extends Serializable {

    /**
     * Sends a message on its way to the driver. Never waits; where the connection is bad it may be lost.
     *
     * @param kind who listens: a word of small letters
     */
    void send(String kind, String json);

    /**
     * Sends a message and waits until the driver has taken it; it comes behind all that was sent before.
     *
     * @param timeout how long to wait at most
     * @return whether a listener has taken it. False says nothing: it may be on its way, as where the thread is interrupted,
     *     which it stays, and where messages travel by accumulator. Of an attempt that is over nothing is taken.
     */
    boolean ask(String kind, String json, Duration timeout);

    /** {@link #send(String, String) Sends} the metrics of a step. */
    default void send(StepMetrics metrics) {
        send(StepMetrics.KIND, metrics.toJson());
    }

    /** Whether messages arrive within moments, and take no room once they have; seconds late otherwise, at best. */
    boolean prompt();

    /**
     * Waits until what was sent has left this process, but no longer than {@code timeout}: call it once, when training is
     * over and before the task ends, so that the last steps are seen.
     */
    void flush(Duration timeout);
}

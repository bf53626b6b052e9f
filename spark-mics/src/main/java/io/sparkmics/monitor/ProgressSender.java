package io.sparkmics.monitor;

import java.io.Serializable;
import java.time.Duration;

/**
 * The end of a {@link ProgressChannel} that a task holds: capture it in the task's closure and call it from the task. Any
 * thread of the task.
 */
public interface ProgressSender extends Serializable {

    /** Sends metrics on their way to the driver. Never waits and never throws: training does not depend on who watches. */
    void send(StepMetrics metrics);

    /**
     * Waits until what was sent has left this process, but no longer than {@code patience}: call it once, when training is
     * over and before the task ends, so that the last steps are seen. Never throws.
     */
    void flush(Duration patience);
}

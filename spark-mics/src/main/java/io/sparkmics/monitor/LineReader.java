package io.sparkmics.monitor;

import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands lines of JSON to a listener of metrics, and keeps trouble with either from whoever carries the lines. */
final class LineReader implements Consumer<String> {

    static final Logger LOG = LoggerFactory.getLogger(LineReader.class);

    private final Consumer<StepMetrics> listener;
    private boolean troubled;

    LineReader(Consumer<StepMetrics> listener) {
        this.listener = listener;
    }

    @Override
    public synchronized void accept(String line) {
        try {
            listener.accept(StepMetrics.fromJson(line));
        } catch (RuntimeException e) {
            if (!troubled) {
                troubled = true;
                LOG.warn("Cannot show the progress of a step: {}. Training goes on; this is said once.", e.toString());
                LOG.debug("The trouble with the progress:", e);
            }
        }
    }
}

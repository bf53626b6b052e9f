package io.sparkmics.monitor;

import java.util.UUID;
import java.util.function.Consumer;
import org.apache.spark.SparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the metrics of a running task to the driver while its stage runs: through Spark's own RPC (its port, its
 * authentication, its encryption) or, where a Spark does not let us, through an accumulator, which is seconds late. Metrics
 * arrive in the order in which a task sends them, each once.
 */
public interface ProgressChannel extends AutoCloseable {

    /**
     * Opens a channel on the driver.
     *
     * @param listener called on one thread at a time; what it throws is logged and does not disturb the training
     */
    static ProgressChannel open(SparkContext spark, Consumer<StepMetrics> listener) {
        // The name cannot be guessed: nobody but the tasks that were given it can write here.
        String name = "spark-mics-progress-" + UUID.randomUUID();
        Logger log = LoggerFactory.getLogger(ProgressChannel.class);
        LineReader lines = new LineReader(listener);
        try {
            return new RpcProgressChannel(name, lines);
        } catch (LinkageError | RuntimeException e) {
            log.info("Progress comes through an accumulator, seconds late: this Spark's RPC cannot be used ({}).", e);
            return new AccumulatorProgressChannel(spark, name, lines);
        }
    }

    /** What tasks send with. */
    ProgressSender sender();

    /** Delivers what has arrived, then closes. Call it when the job is over. */
    @Override
    void close();
}

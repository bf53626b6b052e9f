package io.sparkmics.monitor;

import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.spark.SparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what ranks have to say to the driver while their stage runs: through Spark's own RPC (its port, its authentication,
 * its encryption) or, where a Spark does not let us, through an accumulator, which is seconds late and acknowledges nothing.
 * Messages arrive in the order in which a task sends them, each at most once.
 */
public interface RankChannel extends AutoCloseable {

    /**
     * Opens a channel on the driver, for all attempts of a run.
     *
     * @param listeners by kind, a word of small letters; they take JSON, are called on one thread at a time, and what they
     *     throw is logged and does not disturb the training. They must not wait for who calls {@link #begin}.
     */
    static RankChannel open(SparkContext spark, Map<String, Consumer<String>> listeners) {
        // The name cannot be guessed: nobody but the tasks that were given it can write here.
        String name = "spark-mics-ranks-" + UUID.randomUUID();
        Logger log = LoggerFactory.getLogger(RankChannel.class);
        MessageReader reader = new MessageReader(listeners);
        try {
            return new RpcRankChannel(name, reader);
        } catch (LinkageError | RuntimeException e) {
            log.info("Ranks are heard through an accumulator, seconds late: this Spark's RPC cannot be used ({}).", e);
            return new AccumulatorRankChannel(spark, name, reader);
        }
    }

    /**
     * Begins an attempt: when this returns, no message of another one is heard any more.
     *
     * @param attempt from 0
     * @return what its tasks send with
     */
    RankSender begin(int attempt);

    /** Delivers what has arrived, then closes. Call it when the job is over. */
    @Override
    void close();
}

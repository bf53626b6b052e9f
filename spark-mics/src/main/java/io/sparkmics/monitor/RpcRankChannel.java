package io.sparkmics.monitor;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Milliseconds late. */
final class RpcRankChannel implements RankChannel {

    private static final int SECONDS_TO_DELIVER = 5;

    /** What ranks still send meanwhile is not heard; where nobody took it, Spark would log an error for each message. */
    private static final int SECONDS_TO_STAY = 60;

    private final String name;
    private final MessageReader reader;
    private final SparkRpc.Endpoint endpoint;

    /** @throws LinkageError or a RuntimeException when this Spark's RPC is not the one we know */
    RpcRankChannel(String name, MessageReader reader) {
        this.name = name;
        this.reader = reader;
        this.endpoint = SparkRpc.listen(name, reader::accept);
        try {
            // What executors will call later must link too.
            SparkRpc.connect(name);
        } catch (LinkageError | RuntimeException e) {
            endpoint.close();
            throw e;
        }
    }

    @Override
    public RankSender begin(int attempt) {
        reader.begin(attempt);
        return new RpcRankSender(name, attempt);
    }

    @Override
    public void close() {
        try {
            if (!endpoint.received().await(SECONDS_TO_DELIVER, TimeUnit.SECONDS)) {
                MessageReader.LOG.warn("The last steps are not shown: who listens for messages of ranks is too slow.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            reader.end();
            CompletableFuture.delayedExecutor(SECONDS_TO_STAY, TimeUnit.SECONDS).execute(endpoint::close);
        }
    }
}

package io.sparkmics.monitor;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Milliseconds late. */
final class RpcProgressChannel implements ProgressChannel {

    private static final int SECONDS_TO_DELIVER = 5;

    private final String name;
    private final SparkRpc.Endpoint endpoint;

    /** @throws LinkageError or a RuntimeException when this Spark's RPC is not the one we know */
    RpcProgressChannel(String name, Consumer<String> lines) {
        this.name = name;
        this.endpoint = SparkRpc.listen(name, lines);
        try {
            // What executors will call later must link too.
            SparkRpc.connect(name);
        } catch (LinkageError | RuntimeException e) {
            endpoint.close();
            throw e;
        }
    }

    @Override
    public ProgressSender sender() {
        return new RpcProgressSender(name);
    }

    @Override
    public void close() {
        try {
            if (!endpoint.close().await(SECONDS_TO_DELIVER, TimeUnit.SECONDS)) {
                LineReader.LOG.warn("The last steps are not shown: the listener of the progress is too slow.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

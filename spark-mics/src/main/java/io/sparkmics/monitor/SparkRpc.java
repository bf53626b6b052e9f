package io.sparkmics.monitor;

import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.apache.spark.SparkEnv;
import org.apache.spark.rpc.IsolatedThreadSafeRpcEndpoint;
import org.apache.spark.rpc.RpcEndpointRef;
import org.apache.spark.rpc.RpcEnv;
import org.apache.spark.util.RpcUtils;
import scala.PartialFunction;
import scala.runtime.BoxedUnit;

/**
 * The bridge to Spark's RPC, which Spark keeps to itself: nothing else here knows its classes. Messages are plain strings,
 * so no class loader has to know our classes.
 */
final class SparkRpc {

    private SparkRpc() {}

    /** Receives, in order and one at a time, on a thread of its own. On the driver. */
    static Endpoint listen(String name, Consumer<String> receiver) {
        RpcEnv rpc = SparkEnv.get().rpcEnv();
        Endpoint endpoint = new Endpoint(rpc, receiver);
        rpc.setupEndpoint(name, endpoint);
        return endpoint;
    }

    /** Finds the driver's endpoint: from an executor that is a question to the driver, with Spark's deadline. */
    static Consumer<String> connect(String name) {
        SparkEnv env = SparkEnv.get();
        RpcEndpointRef driver = RpcUtils.makeDriverRef(name, env.conf(), env.rpcEnv());
        return driver::send;
    }

    static final class Endpoint implements IsolatedThreadSafeRpcEndpoint {

        private final RpcEnv rpc;
        private final Consumer<String> receiver;
        private final CountDownLatch stopped = new CountDownLatch(1);

        private Endpoint(RpcEnv rpc, Consumer<String> receiver) {
            this.rpc = rpc;
            this.receiver = receiver;
        }

        /** Takes no more messages; counts down once those that are here have been received. */
        CountDownLatch close() {
            RpcEndpointRef self = self();
            if (self != null) {
                rpc.stop(self);
            }
            return stopped;
        }

        @Override
        public RpcEnv rpcEnv() {
            return rpc;
        }

        @Override
        public PartialFunction<Object, BoxedUnit> receive() {
            return PartialFunction.fromFunction(message -> {
                receiver.accept(String.valueOf(message));
                return BoxedUnit.UNIT;
            });
        }

        @Override
        public void onStop() {
            stopped.countDown();
        }
    }
}

package io.sparkmics.monitor;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.spark.SparkEnv;
import org.apache.spark.rpc.IsolatedThreadSafeRpcEndpoint;
import org.apache.spark.rpc.RpcCallContext;
import org.apache.spark.rpc.RpcEndpointRef;
import org.apache.spark.rpc.RpcEnv;
import org.apache.spark.rpc.RpcTimeout;
import org.apache.spark.util.RpcUtils;
import scala.PartialFunction;
import scala.concurrent.duration.FiniteDuration;
import scala.jdk.javaapi.FutureConverters;
import scala.reflect.ClassTag$;
import scala.runtime.BoxedUnit;

/**
 * The bridge to Spark's RPC, which Spark keeps to itself: nothing else here knows its classes. Messages are plain strings,
 * so no class loader has to know our classes.
 */
final class SparkRpc {

    private SparkRpc() {}

    /**
     * Receives, in order and one at a time, on a thread of its own. On the driver.
     *
     * @param receiver says whether it has taken a message, which is what those who asked are told; never throws
     */
    static Endpoint listen(String name, Predicate<String> receiver) {
        RpcEnv rpc = SparkEnv.get().rpcEnv();
        Endpoint endpoint = new Endpoint(rpc, receiver);
        rpc.setupEndpoint(name, endpoint);
        return endpoint;
    }

    /** Finds the driver's endpoint: from an executor that is a question to the driver, with Spark's deadline. */
    static Driver connect(String name) {
        SparkEnv env = SparkEnv.get();
        return new Driver(RpcUtils.makeDriverRef(name, env.conf(), env.rpcEnv()));
    }

    /** The driver's endpoint, seen from a task. */
    record Driver(RpcEndpointRef endpoint) {

        void send(String message) {
            endpoint.send(message);
        }

        /** Fails when the driver cannot be reached or does not answer in time. Does not wait. */
        CompletionStage<Boolean> ask(String message, Duration timeout) {
            FiniteDuration duration = FiniteDuration.apply(timeout.toMillis(), TimeUnit.MILLISECONDS);
            RpcTimeout deadline = new RpcTimeout(duration, "the caller's timeout");
            return FutureConverters.asJava(endpoint.ask(message, deadline, ClassTag$.MODULE$.apply(Boolean.class)));
        }
    }

    static final class Endpoint implements IsolatedThreadSafeRpcEndpoint {

        private final RpcEnv rpc;
        private final Predicate<String> receiver;

        private Endpoint(RpcEnv rpc, Predicate<String> receiver) {
            this.rpc = rpc;
            this.receiver = receiver;
        }

        /** Counts down once the messages that are here have been received. */
        CountDownLatch received() {
            RpcEndpointRef self = self();
            CountDownLatch received = new CountDownLatch(1);
            if (self == null) {
                received.countDown();
            } else {
                self.send(received);
            }
            return received;
        }

        /** Takes no more messages. */
        void close() {
            RpcEndpointRef self = self();
            if (self != null) {
                rpc.stop(self);
            }
        }

        @Override
        public RpcEnv rpcEnv() {
            return rpc;
        }

        @Override
        public PartialFunction<Object, BoxedUnit> receive() {
            return PartialFunction.fromFunction(message -> {
                if (message instanceof CountDownLatch received) {
                    received.countDown();
                } else {
                    receiver.test(String.valueOf(message));
                }
                return BoxedUnit.UNIT;
            });
        }

        @Override
        public PartialFunction<Object, BoxedUnit> receiveAndReply(RpcCallContext caller) {
            return PartialFunction.fromFunction(message -> {
                caller.reply(receiver.test(String.valueOf(message)));
                return BoxedUnit.UNIT;
            });
        }
    }
}

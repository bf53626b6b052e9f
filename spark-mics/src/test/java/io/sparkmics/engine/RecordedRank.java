package io.sparkmics.engine;

import io.sparkmics.bootstrap.ClusterLayout;
import io.sparkmics.bootstrap.CommunicationSettings;
import io.sparkmics.bootstrap.Communicator;
import io.sparkmics.bootstrap.Group;
import io.sparkmics.bootstrap.Pending;
import io.sparkmics.bootstrap.Place;
import io.sparkmics.bootstrap.RankDevice;
import io.sparkmics.bootstrap.TrafficModel;
import io.sparkmics.bootstrap.Transport;
import io.sparkmics.bootstrap.gloo.GlooTransport;
import io.sparkmics.bootstrap.memory.MemoryTransport;
import io.sparkmics.model.ForwardPass;
import io.sparkmics.model.Model;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import io.sparkmics.model.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorBase;
import org.bytedeco.pytorch.VoidTensorHook;

/**
 * Writes down what the thread of a rank does, in order: the collectives that it starts, as {@code "all-reduce REPLICATION"}, and
 * the backward passes of stages, as {@code "backward 0"}.
 */
final class RecordedRank {

    private static final ThreadLocal<List<String>> EVENTS = ThreadLocal.withInitial(ArrayList::new);

    private RecordedRank() {}

    /** Of this thread, until now. */
    static List<String> events() {
        return EVENTS.get();
    }

    private static void add(String event) {
        EVENTS.get().add(event);
    }

    /** The same model, whose backward passes are written down. */
    static Model recorded(Model model) {
        List<Stage> stages = model.stages();
        return new Staged(IntStream.range(0, stages.size())
                .<Stage>mapToObj(number -> new RecordedStage(stages.get(number), number))
                .toList());
    }

    /** Memory and Gloo, whose collectives are written down. */
    static Transport transport() {
        return new RecordedTransport(MemoryTransport.over(GlooTransport.on("127.0.0.1")));
    }

    private static final class RecordedStage implements Stage {

        private final Stage stage;

        /** Kept here: of the callback autograd has nothing that keeps it alive. */
        private final VoidTensorHook hook;

        RecordedStage(Stage stage, int number) {
            this.stage = stage;
            this.hook = new VoidTensorHook() {
                @Override
                public void call(TensorBase gradient) {
                    add("backward " + number);
                }
            };
        }

        @Override
        public List<Unit> units() {
            return stage.units();
        }

        @Override
        public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
            Tensor output = stage.forward(input, weights, pass);
            if (output.requires_grad()) {
                output.register_hook(hook);
            }
            return output;
        }

        @Override
        public boolean backwardReadsWeights() {
            return stage.backwardReadsWeights();
        }
    }

    private record RecordedTransport(Transport delegate) implements Transport {

        @Override
        public byte[] offer(Place place, int worldSize, CommunicationSettings settings) {
            return delegate.offer(place, worldSize, settings);
        }

        @Override
        public List<Communicator> connect(List<byte[]> offers, ClusterLayout layout, List<Group> groups) {
            return delegate.connect(offers, layout, groups).stream()
                    .<Communicator>map(Recorded::new)
                    .toList();
        }

        @Override
        public RankDevice device() {
            return delegate.device();
        }

        @Override
        public void synchronize() {
            delegate.synchronize();
        }

        @Override
        public TrafficModel trafficModel() {
            return delegate.trafficModel();
        }

        @Override
        public void close() {
            delegate.close();
        }
    }

    private record Recorded(Communicator delegate) implements Communicator {

        private void add(String collective) {
            RecordedRank.add(collective + " " + group().kind());
        }

        @Override
        public Group group() {
            return delegate.group();
        }

        @Override
        public Pending gather(Tensor shard, Tensor whole) {
            add("gather");
            return delegate.gather(shard, whole);
        }

        @Override
        public Pending reduceScatter(Tensor whole, Tensor shard) {
            add("reduce-scatter");
            return delegate.reduceScatter(whole, shard);
        }

        @Override
        public Pending allReduce(Tensor tensor) {
            add("all-reduce");
            return delegate.allReduce(tensor);
        }

        @Override
        public Pending broadcast(Tensor tensor, int root) {
            add("broadcast");
            return delegate.broadcast(tensor, root);
        }

        @Override
        public void close() {
            delegate.close();
        }

        @Override
        public void abort() {
            delegate.abort();
        }
    }
}

package io.sparkmics.engine;

import io.sparkmics.bootstrap.Transport;
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
 * Writes down what the thread of a rank does, in order: the collectives that it starts, as {@code "ALL_REDUCE REPLICATION"}, and
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
        return new TappedTransport((collective, group, start) -> {
            add(collective + " " + group);
            return start.get();
        });
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
}

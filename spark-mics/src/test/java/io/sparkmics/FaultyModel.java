package io.sparkmics;

import io.sparkmics.model.ForwardPass;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.Model;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import io.sparkmics.model.Weights;
import io.sparkmics.model.WrappedConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.TaskContext;
import org.bytedeco.pytorch.Tensor;

/** A model whose first stage does something bad when it has run so often in a task, for as long as it is told to. */
record FaultyModel(GptConfig inner, int partition, int passes) implements WrappedConfig {

    /** Ranks are threads of this JVM, and find it here. */
    static volatile Runnable fault = () -> {};

    private static final AtomicInteger FAULTS_LEFT = new AtomicInteger();
    private static final Map<String, AtomicInteger> PASSES = new ConcurrentHashMap<>();

    /** @param passes of the first stage in training before the fault, in the task of partition 1 */
    static FaultyModel afterPasses(int passes, int faults, Runnable fault) {
        FaultyModel.fault = fault;
        FAULTS_LEFT.set(faults);
        // Another session counts its stages from the beginning.
        PASSES.clear();
        return new FaultyModel(Gpt.config().layers(1).heads(2).width(16).context(16), 1, passes);
    }

    @Override
    public Model build() {
        List<Stage> stages = new ArrayList<>(inner.build().stages());
        stages.set(0, faulty(stages.get(0)));
        return () -> stages;
    }

    private Stage faulty(Stage stage) {
        return new Stage() {
            @Override
            public List<Unit> units() {
                return stage.units();
            }

            @Override
            public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
                TaskContext task = TaskContext.get();
                if (task != null && task.partitionId() == partition && pass.training()) {
                    count(task);
                }
                return stage.forward(input, weights, pass);
            }
        };
    }

    private void count(TaskContext task) {
        int count = PASSES.computeIfAbsent("stage " + task.stageId(), stage -> new AtomicInteger())
                .incrementAndGet();
        if (count > passes && FAULTS_LEFT.getAndDecrement() > 0) {
            fault.run();
        }
    }
}

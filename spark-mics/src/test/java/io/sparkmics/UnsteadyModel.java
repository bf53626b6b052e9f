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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.TaskContext;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** A GPT with dropout whose loss is not a number in some steps, so that they are skipped, and which breaks in another. */
record UnsteadyModel(GptConfig inner) implements WrappedConfig {

    /** Ranks are threads of this JVM, and find it here. */
    private static volatile Plan plan;

    /**
     * Steps count from 1.
     *
     * @param done how many when the fit begins
     * @param microSteps of a step
     * @param skipped steps that are
     * @param breaks in the first pass of this step; 0: in none
     */
    private record Plan(long done, int microSteps, Set<Long> skipped, long breaks, Map<String, AtomicLong> passes) {}

    static UnsteadyModel of(long done, int microSteps, Set<Long> skipped, long breaks) {
        plan = new Plan(done, microSteps, skipped, breaks, new ConcurrentHashMap<>());
        return new UnsteadyModel(
                Gpt.config().layers(1).heads(2).width(18).context(16).dropout(0.1));
    }

    @Override
    public Model build() {
        List<Stage> stages = new ArrayList<>(inner.build().stages());
        Stage first = stages.get(0);
        stages.set(0, new Stage() {
            @Override
            public List<Unit> units() {
                return first.units();
            }

            @Override
            public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
                Tensor output = first.forward(input, weights, pass);
                TaskContext task = TaskContext.get();
                return task != null && pass.training() && plan.skipped().contains(step(task))
                        ? output.mul(new Scalar(Double.NaN))
                        : output;
            }
        });
        return () -> stages;
    }

    private static long step(TaskContext task) {
        long pass = plan.passes()
                .computeIfAbsent(task.stageId() + "." + task.partitionId(), rank -> new AtomicLong())
                .getAndIncrement();
        long step = plan.done() + pass / plan.microSteps() + 1;
        if (step == plan.breaks()) {
            throw new IllegalStateException("this stage is broken");
        }
        return step;
    }
}

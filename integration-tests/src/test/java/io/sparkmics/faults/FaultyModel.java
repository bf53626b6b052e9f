package io.sparkmics.faults;

import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.Initialization;
import io.sparkmics.model.Model;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.Parameter;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.TaskContext;

/**
 * A tiny GPT of a user's who has made a mistake. What the mistake is, is not part of the model: with it and without it, it is
 * the same model, and one continues what the other has begun.
 *
 * @param faults the {@link FaultFolder}
 */
public record FaultyModel(String faults) implements ModelConfig {

    private static final GptConfig SIZES =
            Gpt.config().layers(1).heads(2).width(16).context(8);

    @Override
    public Model build() {
        FaultFolder folder = new FaultFolder(faults);
        List<StageFault> due = folder.ordered(StageFault.class);
        List<Stage> stages = new ArrayList<>(SIZES.build().stages());
        TaskContext task = TaskContext.get();
        boolean odd = task != null
                && due.stream()
                        .anyMatch(fault -> fault.action() == StageFault.Action.MISMATCH
                                && fault.partition() == task.partitionId());
        List<Unit> units =
                odd ? List.of(Unit.of("odd", Parameter.vector("odd", Initialization.constant(0), 7))) : List.of();
        stages.add(1, new FaultStage(folder, due, units));
        List<Stage> all = List.copyOf(stages);
        return () -> all;
    }

    @Override
    public int context() {
        return SIZES.context();
    }

    @Override
    public int vocabularySize() {
        return SIZES.vocabularySize();
    }

    @Override
    public Map<String, Object> describe() {
        return Map.of("model_type", "faulty");
    }
}

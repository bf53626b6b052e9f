package io.sparkmics.job.settings;

import io.sparkmics.engine.EngineSettings;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import io.sparkmics.plan.MemoryModel;
import io.sparkmics.plan.step.StageWork;
import io.sparkmics.plan.step.Work;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What the plan knows of the work of a run's micro-batches. */
final class PlannedWork {

    private PlannedWork() {}

    static Work of(
            ModelConfig config,
            EngineSettings settings,
            MemoryModel memory,
            int microBatchSize,
            long activationBytes,
            boolean cuda) {
        List<StageWork> stages = config instanceof GptConfig gpt
                ? settings.workload(gpt, cuda).work(microBatchSize).stages()
                : any(config, settings, memory, microBatchSize);
        return new Work(memory, stages, activationBytes);
    }

    /** Any other: each weight of several dimensions is multiplied once with each token, and nothing else is known. */
    private static List<StageWork> any(
            ModelConfig config, EngineSettings settings, MemoryModel memory, int microBatchSize) {
        double tokens = (double) microBatchSize * config.context();
        List<Stage> stages = config.build().stages();
        return IntStream.range(0, stages.size())
                .mapToObj(index -> new StageWork(
                        2 * tokens * multiplied(stages.get(index)),
                        2 * tokens * memory.elements().compute() * numbers(stages.get(index)),
                        stages.get(index).backwardReadsWeights(),
                        settings.checkpointing().recomputes(index, stages.size()),
                        trainedPart(stages.get(index))))
                .toList();
    }

    private static double multiplied(Stage stage) {
        return stage.backwardReadsWeights() ? matrices(stage) : 0;
    }

    private static double trainedPart(Stage stage) {
        double all = matrices(stage);
        return all == 0 ? 0 : matrices(stage.units().stream().filter(Unit::trainable)) / all;
    }

    private static double matrices(Stage stage) {
        return matrices(stage.units().stream());
    }

    private static double matrices(Stream<Unit> units) {
        return units.flatMap(unit -> unit.parameters().stream())
                .filter(parameter -> parameter.shape().size() > 1)
                .mapToDouble(parameter -> parameter.size())
                .sum();
    }

    /** Rows and columns: what is read and made for each token. */
    private static double numbers(Stage stage) {
        return stage.units().stream()
                .flatMap(unit -> unit.parameters().stream())
                .filter(parameter -> parameter.shape().size() > 1)
                .mapToDouble(parameter -> {
                    long rows = parameter.shape().get(0);
                    return rows + (double) parameter.size() / rows;
                })
                .sum();
    }
}

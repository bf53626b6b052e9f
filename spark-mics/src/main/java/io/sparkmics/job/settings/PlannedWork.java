package io.sparkmics.job.settings;

import io.sparkmics.model.GptConfig;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.Stage;
import io.sparkmics.plan.MemoryModel;
import io.sparkmics.plan.step.Recipe;
import io.sparkmics.plan.step.StageWork;
import io.sparkmics.plan.step.Transformer;
import io.sparkmics.plan.step.TransformerWorkload;
import io.sparkmics.plan.step.Work;
import java.util.List;

/** What the plan knows of the work of a run's micro-batches. Activations are left out: they are the same with every p. */
final class PlannedWork {

    private PlannedWork() {}

    static Work of(ModelConfig config, MemoryModel memory, int microBatchSize) {
        List<StageWork> stages = config instanceof GptConfig gpt
                ? gpt(gpt, memory, microBatchSize)
                : any(config, memory, microBatchSize);
        return new Work(memory, stages, 0);
    }

    private static List<StageWork> gpt(GptConfig config, MemoryModel memory, int microBatchSize) {
        Transformer sizes = new Transformer(
                "", config.layers(), config.heads(), config.width(), config.context(), config.vocabularySize());
        return new TransformerWorkload(sizes, new Recipe(memory.elements(), false, config.dropout() == 0))
                .work(microBatchSize)
                .stages();
    }

    /** A user's own: each weight of several dimensions is multiplied once with each token, and nothing else is known. */
    private static List<StageWork> any(ModelConfig config, MemoryModel memory, int microBatchSize) {
        double tokens = (double) microBatchSize * config.context();
        return config.build().stages().stream()
                .map(stage -> new StageWork(
                        2 * tokens * multiplied(stage),
                        2 * tokens * memory.elements().compute() * numbers(stage),
                        stage.backwardReadsWeights(),
                        false))
                .toList();
    }

    private static double multiplied(Stage stage) {
        return stage.backwardReadsWeights() ? matrices(stage) : 0;
    }

    private static double matrices(Stage stage) {
        return stage.units().stream()
                .flatMap(unit -> unit.parameters().stream())
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

package io.sparkmics.benchmark;

import io.sparkmics.model.GptConfig;
import io.sparkmics.plan.step.Batch;
import io.sparkmics.plan.step.Instance;
import io.sparkmics.plan.step.Planner;
import io.sparkmics.plan.step.Recipe;
import io.sparkmics.plan.step.Transformer;
import io.sparkmics.plan.step.TransformerWorkload;
import java.util.Optional;

/**
 * Tokens a second of one GPU that trains a GPT alone, in bfloat16.
 *
 * @param microBatchSize sequences; a step is one micro-batch
 */
record Speed(GptConfig config, int microBatchSize, double tokensPerSecond) {

    /** What the planner has of it; empty where it does not know the GPU, or the model does not fit. */
    static Optional<Speed> predicted(Chip chip, GptConfig config, int microBatchSize) {
        Transformer sizes = new Transformer(
                "the benchmark's GPT",
                config.layers(),
                config.heads(),
                config.width(),
                config.context(),
                config.vocabularySize());
        return chip.instance()
                .flatMap(Instance::named)
                .flatMap(instance -> new Planner(instance.ranks(1, 1))
                        .best(
                                new TransformerWorkload(sizes, Recipe.ENGINE),
                                new Batch(microBatchSize, microBatchSize),
                                1,
                                false))
                .filter(prediction -> prediction.memory().fits())
                .map(prediction ->
                        ofSteps(config, microBatchSize, prediction.time().step()));
    }

    /** @param seconds of a step */
    static Speed ofSteps(GptConfig config, int microBatchSize, double seconds) {
        return new Speed(config, microBatchSize, (double) microBatchSize * config.context() / seconds);
    }

    double shareOfPeak(Chip chip) {
        return tokensPerSecond * GptFlops.perToken(config) / (chip.teraflops() * 1e12);
    }

    /** @param name the driver's, of the GPU that it was measured on */
    void addTo(JsonLine line, String name) {
        line.with("tokensPerSecond", tokensPerSecond);
        Chip.named(name).ifPresent(chip -> {
            line.with("shareOfPeak", shareOfPeak(chip));
            predicted(chip, config, microBatchSize)
                    .ifPresent(speed -> line.with("predictedTokensPerSecond", speed.tokensPerSecond));
        });
    }
}

package io.sparkmics.plan.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.engine.EngineSettings;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import io.sparkmics.plan.ActivationCheckpointing;
import org.junit.jupiter.api.Test;

class TransformerWorkloadTest {

    private static final GptConfig CONFIG =
            Gpt.config().layers(3).heads(4).width(64).context(32).vocabularySize(257);
    private static final Transformer SIZES = new Transformer("small", 3, 4, 64, 32, 257);

    private static EngineSettings engine(Precision precision) {
        return new EngineSettings(new OptimizerSettings.AdamW(0.9, 0.95, 1e-8, 0.1), 1, 5, precision);
    }

    @Test
    void itsUnitsStagesAndElementsAreThoseOfOurGpt() {
        assertThat(new TransformerWorkload(SIZES, Recipe.ENGINE).memory())
                .isEqualTo(engine(Precision.BFLOAT16).memoryModel(CONFIG.build()));
        assertThat(new TransformerWorkload(SIZES, Recipe.ENGINE_SINGLE).memory())
                .isEqualTo(engine(Precision.FLOAT32).memoryModel(CONFIG.build()));
        assertThat(SIZES.parameters()).isEqualTo(CONFIG.build().size());
    }

    @Test
    void itsActivationsAreThoseThatTheEngineIsPlannedWith() {
        assertThat(new TransformerWorkload(SIZES, Recipe.ENGINE_SINGLE).work(4).activationBytes())
                .isEqualTo(
                        engine(Precision.FLOAT32).activationModel(CONFIG, false).bytes(4, CONFIG.context()));
    }

    /** 96 B L s h² (1 + s / 6h + V / 16 L h) with everything computed twice. Source: Narayanan et al., 2021, equation 3. */
    @Test
    void itsOperationsAreThoseOfTheArticlesFormula() {
        Transformer model = Models.named("gpt-175b").orElseThrow();
        double h = model.width();
        double blocks = 96.0 * model.layers() * model.context() * h * h * (1 + model.context() / (6 * h));
        double head = 6.0 * model.context() * h * model.vocabularySize();
        assertThat(new TransformerWorkload(model, Recipe.ARTICLE).work(1).flops())
                .isEqualTo(blocks + head, within(1e-9 * blocks));
        assertThat(new TransformerWorkload(model, Recipe.ENGINE).work(2).flops())
                .isEqualTo(2 * (0.75 * blocks + head), within(1e-9 * blocks));
    }

    @Test
    void whatIsRecomputedIsNotKept() {
        Transformer model = Models.named("bert-10b").orElseThrow();
        Recipe engine = Recipe.ENGINE;
        long kept = new TransformerWorkload(model, engine).work(8).activationBytes();
        long recomputed = new TransformerWorkload(model, engine.with(ActivationCheckpointing.ALL))
                .work(8)
                .activationBytes();
        assertThat(recomputed).isLessThan(kept / 8);
    }

    @Test
    void documentsAreKeptApartByANumberForEachPairOfTokens() {
        Transformer model = Models.named("bert-10b").orElseThrow();
        long together = new TransformerWorkload(model, Recipe.ENGINE).work(8).activationBytes();
        long apart = new TransformerWorkload(model, Recipe.ENGINE.withSeparateDocuments(true))
                .work(8)
                .activationBytes();
        assertThat(apart - together).isEqualTo(8L * 512 * 512 * 2);
    }

    /** A layer of BERT-large forward and backward on one A100 of 80 GB: 136 TFLOP/s measured, transformers-benchmarks. */
    @Test
    void aLayerOnOneGpuIsAsFastAsMeasuredElsewhere() {
        Transformer layer = new Transformer("a layer of bert-large", 1, 16, 1024, 512, 1);
        StageWork block = new TransformerWorkload(layer, Recipe.ARTICLE.with(ActivationCheckpointing.NONE))
                .work(64)
                .stages()
                .get(1);
        Processor a100 = Instance.named("p4de.24xlarge").orElseThrow().cluster().processor();
        double seconds = block.forwardSeconds(a100) + block.backwardSeconds(a100);
        assertThat(block.allFlops() / seconds / 1e12).isEqualTo(136, within(0.1 * 136));
    }
}

package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.bootstrap.groups.GatherMode;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.lora.Lora;
import io.sparkmics.model.lora.LoraConfig;
import io.sparkmics.plan.ActivationCheckpointing;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Adapters trained in the engine, against one process that makes whole weights of them first. */
class LoraParityTest {

    private static final OptimizerSettings ADAMW = new OptimizerSettings.AdamW(0.9, 0.95, 1e-8, 0.1);

    private static final GptConfig CONFIG =
            Gpt.config().layers(2).heads(2).width(10).context(7).vocabularySize(11);

    private static final int STEPS = 6;

    private static Case run(int world, int p, GatherMode gather, int microBatch, EngineSettings settings) {
        int micro = 8 / world / microBatch;
        return new Case(CONFIG, world, p, 2, gather, microBatch, micro, settings, STEPS, 1e-2);
    }

    private static EngineSettings settings(Precision precision) {
        return new EngineSettings(ADAMW, 0.5, 42, precision);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, FLAT, c_attn",
        "2, 1, FLAT, c_fc",
        "4, 1, FLAT, c_attn;c_proj;c_fc",
        "4, 2, FLAT, c_attn;c_proj;c_fc",
        "4, 4, FLAT, c_proj",
        "4, 4, HIERARCHICAL, c_attn;c_proj;c_fc"
    })
    void adaptersLearnAsInOneProcess(int world, int p, GatherMode gather, String targets) {
        Case run = run(world, p, gather, 1, settings(Precision.FLOAT64));
        LoraConfig config = new LoraConfig(CONFIG, new Lora(3, 5, 0, List.of(targets.split(";"))));
        Outcome expected = ReferenceTraining.run(run, config.build(), weights -> merged(config, weights));
        for (Outcome actual : EngineTraining.run(run, config.build())) {
            for (int step = 0; step < STEPS; step++) {
                assertThat(actual.losses().get(step))
                        .isCloseTo(expected.losses().get(step), within(1e-10));
                assertThat(actual.norms().get(step)).isCloseTo(expected.norms().get(step), within(1e-10));
            }
            expected.parameters()
                    .forEach((name, values) ->
                            assertThat(actual.parameters().get(name)).as(name).containsExactly(values, within(1e-9)));
        }
        assertThat(expected.losses().get(STEPS - 1))
                .isNotEqualTo(expected.losses().get(0));
    }

    /** Written out for weights that lie [in, out]: W + 5/3 (B A)ᵀ. */
    private static Map<String, Tensor> merged(LoraConfig config, Map<String, Tensor> weights) {
        Map<String, Tensor> merged = new HashMap<>(weights);
        weights.keySet().stream()
                .filter(name -> name.endsWith(".lora_A.weight"))
                .forEach(down -> {
                    String name = down.replace(".lora_A.weight", "");
                    Tensor product = weights.get(down)
                            .t()
                            .matmul(weights.get(name + ".lora_B.weight").t());
                    merged.put(name + ".weight", weights.get(name + ".weight").add(product.mul(new Scalar(5.0 / 3))));
                });
        return merged;
    }

    @Test
    void dropoutIsTheSameForEveryWorldGroupAndMicroBatch() {
        LoraConfig config = new LoraConfig(CONFIG, new Lora(3, 5, 0.4, List.of()));
        EngineSettings settings = settings(Precision.FLOAT64);
        List<Double> one = EngineTraining.run(run(1, 1, GatherMode.FLAT, 8, settings), config.build())
                .get(0)
                .losses();
        List<Double> without = EngineTraining.run(
                        run(1, 1, GatherMode.FLAT, 8, settings),
                        new LoraConfig(CONFIG, new Lora(3, 5, 0, List.of())).build())
                .get(0)
                .losses();
        assertThat(one.get(STEPS - 1)).isNotCloseTo(without.get(STEPS - 1), within(1e-6));
        for (Case other : List.of(
                run(2, 2, GatherMode.FLAT, 2, settings),
                run(4, 2, GatherMode.FLAT, 1, settings),
                run(4, 4, GatherMode.HIERARCHICAL, 2, settings),
                run(4, 4, GatherMode.FLAT, 2, settings.with(new ActivationCheckpointing(1))))) {
            List<Double> losses =
                    EngineTraining.run(other, config.build()).get(0).losses();
            for (int step = 0; step < STEPS; step++) {
                assertThat(losses.get(step)).as("step " + step).isCloseTo(one.get(step), within(1e-10));
            }
        }
    }

    @Test
    void inMixedPrecisionTheyLearnAsWell() {
        LoraConfig config = new LoraConfig(CONFIG, new Lora(3, 5, 0, List.of()));
        List<Double> exact = EngineTraining.run(
                        run(2, 2, GatherMode.FLAT, 2, settings(Precision.FLOAT64)), config.build())
                .get(0)
                .losses();
        List<Double> mixed = EngineTraining.run(
                        run(2, 2, GatherMode.FLAT, 2, settings(Precision.BFLOAT16)), config.build())
                .get(0)
                .losses();
        for (int step = 0; step < STEPS; step++) {
            assertThat(mixed.get(step)).as("step " + step).isCloseTo(exact.get(step), within(2e-2));
        }
    }
}

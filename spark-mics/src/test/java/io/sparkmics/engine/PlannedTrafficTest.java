package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.groups.GatherMode;
import io.sparkmics.bootstrap.groups.GroupKind;
import io.sparkmics.bootstrap.traffic.LinkClass;
import io.sparkmics.bootstrap.traffic.Traffic;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.device.ReductionPrecision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import io.sparkmics.plan.ActivationCheckpointing;
import io.sparkmics.plan.ElementBytes;
import io.sparkmics.plan.step.Batch;
import io.sparkmics.plan.step.Cluster;
import io.sparkmics.plan.step.Instance;
import io.sparkmics.plan.step.Planner;
import io.sparkmics.plan.step.Prediction;
import io.sparkmics.plan.step.Recipe;
import io.sparkmics.plan.step.Transformer;
import io.sparkmics.plan.step.TransformerWorkload;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the planner says that a step sends is what the engine sends. */
class PlannedTrafficTest {

    private static final GptConfig CONFIG =
            Gpt.config().layers(3).heads(2).width(16).context(12).vocabularySize(29);
    private static final Transformer SIZES = new Transformer("small", 3, 2, 16, 12, 29);
    private static final int RANKS = 4;
    private static final int NODES = 2;
    private static final int MICRO_STEPS = 3;

    /** Of the loss, the norm and the wish to stop: a few numbers of 8 bytes a step and rank. */
    private static final double SINGLE_NUMBERS = 300;

    @ParameterizedTest
    @CsvSource({
        "1, FLAT, FLOAT32, FLOAT32, 0",
        "1, FLAT, FLOAT32, BFLOAT16, 0",
        "2, FLAT, BFLOAT16, FLOAT32, 0",
        "2, FLAT, BFLOAT16, BFLOAT16, 0",
        "4, FLAT, FLOAT32, BFLOAT16, 0",
        "4, HIERARCHICAL, BFLOAT16, FLOAT32, 0",
        "2, FLAT, FLOAT32, FLOAT32, 1",
        "4, HIERARCHICAL, BFLOAT16, FLOAT32, 1",
        "4, FLAT, FLOAT32, FLOAT32, 2"
    })
    void aStepSendsWhatIsPredicted(
            int partitionGroupSize,
            GatherMode gather,
            Precision precision,
            ReductionPrecision replication,
            int checkpointing) {
        ActivationCheckpointing every = new ActivationCheckpointing(checkpointing);
        EngineSettings settings = new EngineSettings(new OptimizerSettings.AdamW(0.9, 0.95, 1e-8, 0.1), 1, 3, precision)
                .withReplication(replication)
                .with(every);
        Case run = new Case(CONFIG, RANKS, partitionGroupSize, NODES, gather, 1, MICRO_STEPS, settings, 1);
        List<Traffic> sent = ThreadRanks.of(RANKS)
                .ranksPerNode(RANKS / NODES)
                .with(CommunicationSettings.of(partitionGroupSize).withGather(gather))
                .run(ranks -> {
                    try (MicsEngine engine = new MicsEngine(CONFIG.build(), settings, ranks)) {
                        engine.step(0, EngineTraining.microBatches(run, ranks.rank(), 0), 1e-3);
                        return ranks.traffic();
                    }
                });

        Cluster cluster = Instance.named("cpu").orElseThrow().ranks(RANKS, RANKS / NODES);
        Recipe recipe = precision == Precision.BFLOAT16 ? Recipe.ENGINE : Recipe.ENGINE_SINGLE;
        ElementBytes elements = recipe.elements().withReplication(replication == ReductionPrecision.BFLOAT16 ? 2 : 4);
        Prediction predicted = new Planner(cluster)
                .best(
                        new TransformerWorkload(SIZES, recipe.with(elements).with(every)),
                        new Batch(RANKS * MICRO_STEPS, 1),
                        partitionGroupSize,
                        gather == GatherMode.HIERARCHICAL)
                .orElseThrow();
        assertThat(predicted.insideBytes() * RANKS)
                .isCloseTo(bytes(sent, LinkClass.INSIDE_NODE), within(SINGLE_NUMBERS));
        assertThat(predicted.betweenBytes() * NODES)
                .isCloseTo(bytes(sent, LinkClass.BETWEEN_NODES), within(SINGLE_NUMBERS));
    }

    private static double bytes(List<Traffic> sent, LinkClass link) {
        double sum = 0;
        for (Traffic own : sent) {
            for (GroupKind kind : GroupKind.values()) {
                sum += own.bytes(kind, link);
            }
        }
        return sum;
    }
}

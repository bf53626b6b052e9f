package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.engine.RowBatches.WeightedRow;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.model.RowLayout;
import io.sparkmics.model.bert.BertConfig;
import io.sparkmics.model.bert.BertSequenceConfig;
import io.sparkmics.model.bert.BertSizes;
import io.sparkmics.model.bert.SpecialTokens;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows that are padded to the longest of their micro-batch: the same training as with all padded alike, dropout included. */
class ShortRowsTest {

    private static final int CONTEXT = 19;
    private static final int VOCABULARY = 23;
    private static final int BATCH = 8;
    private static final int STEPS = 4;

    private static final BertSequenceConfig CONFIG = new BertSequenceConfig(
            new BertConfig(
                    new BertSizes(2, 2, 12, 20, CONTEXT, VOCABULARY, 2, "gelu", 1e-12, 0.3),
                    CONTEXT,
                    new SpecialTokens(0, 3, List.of(0, 1, 2, 3)),
                    true),
            2,
            true,
            List.of("good", "bad"),
            0.2);
    private static final RowLayout LAYOUT = RowLayout.of(CONFIG.inputs()).labelled(true);

    /** Of one to seven tokens, but one of a step of as many as there is room for, and one of none. */
    private static WeightedRow row(long step, int slot) {
        Random random = new Random(31 * step + slot);
        int[] words = random.ints(CONTEXT + 1, 0, VOCABULARY).toArray();
        int length = slot == 3 ? CONTEXT : slot == 5 ? 0 : 1 + random.nextInt(7);
        Arrays.fill(words, length, CONTEXT, -1);
        words[CONTEXT] = slot % 2;
        return new WeightedRow(words, 1);
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "1, 1, 8", "2, 1, 2", "2, 2, 4", "4, 2, 1"})
    void theyTrainAsPaddedOnes(int worldSize, int partitionGroupSize, int microBatchSize) {
        Outcome expected = train(LAYOUT.paddedToMaxLength(), 1, 1, 8);

        Outcome trained = train(LAYOUT, worldSize, partitionGroupSize, microBatchSize);

        for (int step = 0; step < STEPS; step++) {
            assertThat(trained.losses().get(step)).isCloseTo(expected.losses().get(step), within(1e-12));
        }
        expected.parameters()
                .forEach((name, values) ->
                        assertThat(trained.parameters().get(name)).as(name).containsExactly(values, within(1e-12)));
    }

    private static Outcome train(RowLayout layout, int worldSize, int partitionGroupSize, int microBatchSize) {
        EngineSettings settings = new EngineSettings(new OptimizerSettings.Sgd(), 0, 7, Precision.FLOAT64);
        RowBatches rows = new RowBatches(layout, BATCH, ShortRowsTest::row);
        return ThreadRanks.of(worldSize)
                .with(CommunicationSettings.of(partitionGroupSize))
                .run(ranks -> {
                    List<Double> losses = new ArrayList<>();
                    Map<String, double[]> parameters = new LinkedHashMap<>();
                    try (MicsEngine engine = new MicsEngine(CONFIG.build(), settings, ranks)) {
                        for (long step = 0; step < STEPS; step++) {
                            List<MicroBatch> batches = rows.of(step, ranks.rank(), worldSize, microBatchSize);
                            losses.add(
                                    engine.step(step, batches.iterator(), 0.3).loss());
                        }
                        engine.forEachParameter(
                                (parameter, value) -> parameters.put(parameter.name(), Values.of(value)));
                    }
                    return new Outcome(losses, List.of(), parameters);
                })
                .get(0);
    }
}

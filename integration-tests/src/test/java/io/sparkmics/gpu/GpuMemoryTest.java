package io.sparkmics.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.OneGpu;
import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.engine.EngineSettings;
import io.sparkmics.engine.MicsEngine;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.engine.stage.Feed;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a training takes of a GPU, and gives back. */
@Tag("gpu")
final class GpuMemoryTest {

    private static final RankDevice GPU = RankDevice.cuda(0);
    private static final GptConfig CONFIG =
            Gpt.config().layers(6).heads(8).width(512).context(256).vocabularySize(8192);
    private static final EngineSettings SETTINGS =
            new EngineSettings(new OptimizerSettings.AdamW(0.9, 0.95, 1e-8, 0.1), 1, 7, Precision.BFLOAT16);
    private static final int MICRO_BATCH = 8;
    private static final int MICRO_STEPS = 2;
    private static final int WARM_UP_STEPS = 5;
    private static final int STEPS = 20;

    /** A step's few numbers, tokens of two micro-batches, and what the norm and the loss pass through. */
    private static final long SMALL_TENSORS = 1L << 20;

    private final DeviceMemory memory = new DeviceMemory(GPU.ordinal());

    @BeforeEach
    void aGpu() {
        OneGpu.required();
    }

    @Test
    void afterAFewStepsNothingIsAllocatedAnyMore() {
        OneGpu.run(GPU, ranks -> {
            try (MicsEngine engine = new MicsEngine(CONFIG.build(), SETTINGS, ranks);
                    Feed feed = feed(WARM_UP_STEPS + STEPS)) {
                train(engine, feed, 0, WARM_UP_STEPS);
                long before = engine.deviceAllocations();
                train(engine, feed, WARM_UP_STEPS, WARM_UP_STEPS + STEPS);

                assertThat(before).as("allocations until then").isPositive();
                assertThat(engine.deviceAllocations()).isEqualTo(before);
            }
            return null;
        });
    }

    @Test
    void thePeakIsAtMostThePlanAndTheActivations() {
        OneGpu.run(GPU, ranks -> {
            long activations = Activations.bytes(CONFIG, MICRO_BATCH, ScalarType.BFloat16, GPU);
            long planned = SETTINGS.memoryModel(CONFIG.build()).bytesPerRank(1);
            long before = memory.bytes();
            memory.startAgain();
            try (MicsEngine engine = new MicsEngine(CONFIG.build(), SETTINGS, ranks);
                    Feed feed = feed(WARM_UP_STEPS)) {
                train(engine, feed, 0, WARM_UP_STEPS);

                long peak = memory.peakBytes() - before;
                assertThat(peak).isGreaterThan(engine.memory().engineBytes());
                assertThat(peak).isLessThanOrEqualTo(planned + activations + SMALL_TENSORS);
                assertThat(engine.memory().peakBytes()).isGreaterThanOrEqualTo(peak);
            }
            return null;
        });
    }

    @Test
    void whatIsClosedHoldsNothing() {
        OneGpu.run(GPU, ranks -> {
            memory.freeLibraries();
            long before = memory.bytes();
            try (MicsEngine engine = new MicsEngine(CONFIG.build(), SETTINGS, ranks);
                    Feed feed = feed(WARM_UP_STEPS)) {
                // The feed is ahead of the last step that is taken.
                train(engine, feed, 0, WARM_UP_STEPS - 1);
                assertThat(memory.bytes() - before)
                        .isGreaterThan(engine.memory().engineBytes());
            }
            memory.freeLibraries();
            assertThat(memory.bytes()).isEqualTo(before);
            return null;
        });
    }

    private static Feed feed(int steps) {
        return new Feed(RandomTokens.batches(CONFIG, steps, MICRO_STEPS, MICRO_BATCH), GPU);
    }

    private static void train(MicsEngine engine, Feed feed, int from, int to) {
        for (int step = from; step < to; step++) {
            engine.step(step, feed.limit(MICRO_STEPS), 1e-3);
        }
    }
}

package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.GatherMode;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.model.Gpt;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where results are only joined, the host must not run away from the device: what hangs would show too late, or never. */
class HostPaceTest {

    /** Neighbouring stages: a block's one unit each, and the two of the embedding or of the head. */
    @ParameterizedTest
    @CsvSource({"1, 3", "2, 4", "3, 5"})
    void neverMoreStagesOfGathersAreUnawaitedThanTheOneThatComputesAndThoseAhead(int ahead, int gathers) {
        AtomicInteger most = new AtomicInteger();
        Case run = new Case(
                Gpt.config().layers(6).heads(2).width(16).context(8).vocabularySize(31),
                2,
                2,
                2,
                GatherMode.FLAT,
                1,
                2,
                new EngineSettings(new OptimizerSettings.Sgd(), 0, 7, Precision.FLOAT32)
                        .with(OverlapSettings.STANDARD.withGathersAhead(ahead)),
                2);
        EngineTraining.run(run, EngineTraining.ranks(run).over(() -> new WatchedTransport(most)));
        assertThat(most.get()).isEqualTo(gathers);
    }
}

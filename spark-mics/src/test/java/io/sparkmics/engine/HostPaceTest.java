package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.GatherMode;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.model.Gpt;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Where results are only joined, the host must not run away from the device: what hangs would show too late, or never. */
class HostPaceTest {

    @Test
    void neverMoreThanTwoStagesOfGathersAreUnawaited() {
        AtomicInteger most = new AtomicInteger();
        Case run = new Case(
                Gpt.config().layers(6).heads(2).width(16).context(8).vocabularySize(31),
                2,
                2,
                2,
                GatherMode.FLAT,
                1,
                2,
                new EngineSettings(new OptimizerSettings.Sgd(), 0, 7, Precision.FLOAT32),
                2);
        EngineTraining.run(run, EngineTraining.ranks(run).over(() -> new WatchedTransport(most)));
        // Two neighbouring stages: a block's one unit, and the two of the embedding or of the head.
        assertThat(most.get()).isEqualTo(3);
    }
}

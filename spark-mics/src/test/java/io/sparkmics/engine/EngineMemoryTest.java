package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.gloo.GlooTransport;
import io.sparkmics.bootstrap.groups.GatherMode;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.engine.shard.StateCopy;
import io.sparkmics.model.ForwardPass;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.Model;
import io.sparkmics.model.Stage;
import io.sparkmics.model.Unit;
import io.sparkmics.model.Weights;
import io.sparkmics.plan.MemoryModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the plan predicts is what the engine allocates. */
class EngineMemoryTest {

    private static final GptConfig CONFIG =
            Gpt.config().layers(4).heads(2).width(16).context(12).vocabularySize(29);
    private static final OptimizerSettings ADAMW = new OptimizerSettings.AdamW(0.9, 0.95, 1e-8, 0.1);

    static Stream<Arguments> settings() {
        return Arrays.stream(Precision.values())
                .flatMap(precision -> Stream.of(ADAMW, new OptimizerSettings.Sgd())
                        .map(optimizer -> Arguments.of(precision, optimizer)));
    }

    @ParameterizedTest
    @MethodSource("settings")
    void theEngineAndItsCopyHoldWhatIsPlanned(Precision precision, OptimizerSettings optimizer) {
        Model model = CONFIG.build();
        for (int p : new int[] {1, 2, 4}) {
            EngineSettings settings = new EngineSettings(optimizer, 1, 3, precision)
                    .with(OverlapSettings.STANDARD.withGathersAhead(Math.max(1, p - 1)));
            MemoryModel plan = settings.memoryModel(model);
            ThreadRanks sockets = ThreadRanks.of(4)
                    .ranksPerNode(4)
                    .with(CommunicationSettings.of(p))
                    .over(() -> GlooTransport.on("127.0.0.1"));
            sockets.run(ranks -> {
                try (MicsEngine engine = new MicsEngine(model, settings, ranks)) {
                    assertThat(engine.arenaBytes()).isEqualTo(plan.gatheredUnits(p));
                    assertThat(engine.memory().engineBytes()).isEqualTo(plan.heldBytes(p));
                    try (StateCopy copy = engine.newStateCopy()) {
                        assertThat(copy.bytes()).isEqualTo(plan.stateCopy(p));
                        assertThat(engine.memory().engineBytes() + copy.bytes())
                                .isEqualTo(plan.withStateCopy().heldBytes(p));
                    }
                    assertThat(engine.memory().peakBytes()).isZero();
                    assertThat(engine.deviceAllocations()).isZero();
                }
                return null;
            });
        }
    }

    @ParameterizedTest
    @CsvSource({"AUTOMATIC, 1", "FLAT, 1", "HIERARCHICAL, 1", "HIERARCHICAL, 3"})
    void unitsStandInTheArenaAtTheSamePlacesInEveryMicroStep(GatherMode gather, int ahead) {
        EngineSettings settings = new EngineSettings(ADAMW, 1, 3, Precision.FLOAT32)
                .with(OverlapSettings.STANDARD.withGathersAhead(ahead));
        Case run = new Case(CONFIG, 4, 4, 2, gather, 1, 2, settings, 3);
        EngineTraining.overSockets(run).run(ranks -> {
            Watched model = new Watched(CONFIG.build());
            try (MicsEngine engine = new MicsEngine(model, settings, ranks)) {
                for (long step = 0; step < run.steps(); step++) {
                    engine.step(step, EngineTraining.microBatches(run, ranks.rank(), step), 1e-3);
                }
                List<Long> once = model.addresses.subList(0, model.addresses.size() / 6);
                List<Long> sixTimes = Collections.nCopies(6, once).stream()
                        .flatMap(List::stream)
                        .toList();
                assertThat(model.addresses).isEqualTo(sixTimes);
                // The last byte read and the first are no further apart than the arena is long.
                assertThat(Collections.max(model.ends) - Collections.min(model.addresses))
                        .isLessThanOrEqualTo(engine.arenaBytes());
            }
            return null;
        });
    }

    /** A model that writes down where the weights lie that it reads. */
    private static final class Watched implements Model {

        private final List<Stage> stages;
        private final List<Long> addresses = new ArrayList<>();
        private final List<Long> ends = new ArrayList<>();

        Watched(Model model) {
            stages = model.stages().stream().map(this::watched).toList();
        }

        @Override
        public List<Stage> stages() {
            return stages;
        }

        private Stage watched(Stage stage) {
            return new Stage() {
                @Override
                public List<Unit> units() {
                    return stage.units();
                }

                @Override
                public Tensor forward(Tensor input, Weights weights, ForwardPass pass) {
                    return stage.forward(
                            input,
                            name -> {
                                Tensor weight = weights.get(name);
                                addresses.add(weight.data_ptr().address());
                                ends.add(weight.data_ptr().address() + weight.nbytes());
                                return weight;
                            },
                            pass);
                }

                @Override
                public boolean backwardReadsWeights() {
                    return stage.backwardReadsWeights();
                }
            };
        }
    }
}

package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.bootstrap.groups.GatherMode;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.engine.shard.StateCopy;
import io.sparkmics.engine.shard.StateKind;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;

class StateCopyTest {

    private static final OptimizerSettings ADAMW = new OptimizerSettings.AdamW(0.9, 0.95, 1e-8, 0.1);
    private static final GptConfig SMALL =
            Gpt.config().layers(2).heads(2).width(16).context(12).vocabularySize(29);

    private interface Body {
        void run(MicsEngine engine) throws Exception;
    }

    private static Case alone(GptConfig config, OptimizerSettings optimizer) {
        return new Case(
                config, 1, 1, 1, GatherMode.FLAT, 1, 1, new EngineSettings(optimizer, 1, 3, Precision.FLOAT32), 1);
    }

    private static void with(Case run, Body body) {
        EngineTraining.ranks(run).run(ranks -> {
            try (MicsEngine engine = new MicsEngine(run.config().build(), run.settings(), ranks)) {
                body.run(engine);
            }
            return null;
        });
    }

    private static void step(MicsEngine engine, Case run, long step) {
        engine.step(step, EngineTraining.microBatches(run, 0, step), 1e-3);
    }

    @Test
    void laterStepsDoNotChangeIt() {
        Case run = alone(SMALL, ADAMW);
        with(run, engine -> {
            try (StateCopy copy = engine.newStateCopy()) {
                step(engine, run, 0);
                copy.take();
                Map<String, double[]> before = SavedStates.Part.of(copy).shards();
                step(engine, run, 1);
                assertThat(copy.updates()).isEqualTo(1);
                SavedStates.Part.of(copy)
                        .shards()
                        .forEach((name, values) -> assertThat(values).as(name).containsExactly(before.get(name)));
                copy.take();
                assertThat(copy.updates()).isEqualTo(2);
                SavedStates.Part.of(copy)
                        .shards()
                        .forEach((name, values) -> assertThat(values).as(name).isNotEqualTo(before.get(name)));
            }
        });
    }

    @Test
    void itHasTheKindsThatAreAskedFor() {
        with(alone(SMALL, ADAMW), engine -> {
            try (StateCopy all = engine.newStateCopy();
                    StateCopy parameters = engine.newStateCopy(Set.of(StateKind.PARAMETERS))) {
                parameters.take();
                Set<StateKind> seen = EnumSet.noneOf(StateKind.class);
                parameters.forEach((unit, kind, shard) -> seen.add(kind));
                assertThat(seen).containsExactly(StateKind.PARAMETERS);
                assertThat(parameters.bytes())
                        .isEqualTo(4 * SMALL.build().size())
                        .isEqualTo(all.bytes() / 3);
            }
        });
        with(alone(SMALL, new OptimizerSettings.Sgd()), engine -> {
            try (StateCopy all = engine.newStateCopy()) {
                assertThat(all.bytes()).isEqualTo(4 * SMALL.build().size());
            }
            assertThatThrownBy(() -> engine.newStateCopy(Set.of(StateKind.FIRST_MOMENTS)))
                    .hasMessage("Cannot copy [FIRST_MOMENTS]: this engine has [PARAMETERS].");
        });
    }

    @Test
    void itIsReadOrTakenAndNotBoth() {
        with(alone(SMALL, ADAMW), engine -> {
            try (StateCopy copy = engine.newStateCopy()) {
                assertThatThrownBy(() -> copy.forEach((unit, kind, shard) -> {}))
                        .hasMessage("Cannot read the copy of the states: none has been taken yet. Take one.");
                copy.take();
                assertThatThrownBy(() -> copy.forEach((unit, kind, shard) -> copy.take()))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("Cannot take the copy of the states: it is being taken or read. Wait until that is"
                                + " done.");
                assertThatThrownBy(() -> copy.forEach((unit, kind, shard) -> {
                            throw new IOException("disk full");
                        }))
                        .isInstanceOf(IOException.class)
                        .hasMessage("disk full");
                copy.take();
            }
        });
    }

    @Test
    void whoReadsItWhenItIsClosedReadsOn() {
        with(alone(SMALL, ADAMW), engine -> {
            StateCopy copy = engine.newStateCopy();
            copy.take();
            List<double[]> before = new ArrayList<>();
            List<double[]> after = new ArrayList<>();
            copy.forEach((unit, kind, shard) -> before.add(Values.of(shard)));
            copy.forEach((unit, kind, shard) -> {
                copy.close();
                after.add(Values.of(shard));
            });
            assertThat(after).usingRecursiveComparison().isEqualTo(before);
            copy.close();
            assertThatThrownBy(copy::take).hasMessage("Cannot take the copy of the states: it is closed.");
        });
    }

    @Test
    void ofAnEngineThatIsClosedThereIsNoMore() {
        Case run = alone(SMALL, ADAMW);
        EngineTraining.ranks(run).run(ranks -> {
            MicsEngine engine = new MicsEngine(run.config().build(), run.settings(), ranks);
            try (StateCopy copy = engine.newStateCopy()) {
                copy.take();
                engine.close();
                assertThatThrownBy(copy::take).hasMessage("Cannot take the copy of the states: the engine is closed.");
                assertThat(SavedStates.Part.of(copy).shards()).isNotEmpty();
            }
            return null;
        });
    }

    @Test
    void twoHundredOfThemLeaveNothingBehind() {
        Case run = alone(SMALL.width(256), ADAMW);
        with(run, engine -> {
            try (StateCopy copy = engine.newStateCopy()) {
                for (int i = 0; i < 20; i++) {
                    takeAndRead(copy);
                }
                long pointers = Pointer.totalCount();
                long resident = Pointer.physicalBytes();
                for (int i = 0; i < 200; i++) {
                    takeAndRead(copy);
                }
                assertThat(Pointer.totalCount()).isEqualTo(pointers);
                // One more copy would be eighteen.
                assertThat(Pointer.physicalBytes() - resident).isLessThan(10L << 20);
                assertThat(copy.bytes()).isGreaterThan(18L << 20);
            }
        });
    }

    private static void takeAndRead(StateCopy copy) throws IOException {
        copy.take();
        long[] elements = new long[1];
        copy.forEach((unit, kind, shard) -> elements[0] += shard.numel());
        assertThat(4 * elements[0]).isEqualTo(copy.bytes());
    }
}

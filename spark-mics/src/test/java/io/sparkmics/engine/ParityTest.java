package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.bootstrap.groups.Collective;
import io.sparkmics.bootstrap.groups.GatherMode;
import io.sparkmics.bootstrap.groups.GroupKind;
import io.sparkmics.bootstrap.machine.Setting;
import io.sparkmics.bootstrap.traffic.LinkClass;
import io.sparkmics.bootstrap.traffic.Traffic;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.Model;
import io.sparkmics.plan.ActivationCheckpointing;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The engine against one process without sharding that shares none of its code. */
class ParityTest {

    private static final OptimizerSettings ADAMW = new OptimizerSettings.AdamW(0.9, 0.95, 1e-8, 0.1);
    private static final OptimizerSettings SGD = new OptimizerSettings.Sgd();

    /** Of the models that train in double precision with nothing turned on. */
    private static final int STANDARD_WIDTH = 16;

    static Stream<Case> doublePrecision() {
        return matrix(optimizer -> standard(optimizer, Precision.FLOAT64))
                .filter(run -> run.config().width() == STANDARD_WIDTH);
    }

    static Stream<Case> allTurnedOn() {
        return matrix(ParityTest::allTurnedOn).filter(run -> run.config().width() != STANDARD_WIDTH);
    }

    static Stream<Case> singlePrecision() {
        return matrix(optimizer -> standard(optimizer, Precision.FLOAT32));
    }

    private static Stream<Case> matrix(Function<OptimizerSettings, EngineSettings> settings) {
        List<Case> cases = new ArrayList<>();
        for (OptimizerSettings optimizer : List.of(SGD, ADAMW)) {
            for (int microSteps : new int[] {1, 4}) {
                for (int width : new int[] {3, STANDARD_WIDTH, 17}) {
                    for (int p : new int[] {1, 2, 4}) {
                        for (GatherMode gather : List.of(GatherMode.FLAT, GatherMode.HIERARCHICAL)) {
                            cases.add(run(4, p, 2, gather, width, microSteps, settings.apply(optimizer)));
                        }
                    }
                }
            }
            cases.add(run(8, 4, 2, GatherMode.HIERARCHICAL, 17, 1, settings.apply(optimizer)));
        }
        return cases.stream();
    }

    private static Case run(
            int world, int p, int ranksPerNode, GatherMode gather, int width, int microSteps, EngineSettings settings) {
        GptConfig config = Gpt.config()
                .layers(2)
                .heads(width == STANDARD_WIDTH ? 2 : 1)
                .width(width)
                .context(7)
                .vocabularySize(11);
        return new Case(config, world, p, ranksPerNode, gather, 1, microSteps, settings, 10);
    }

    private static EngineSettings standard(OptimizerSettings optimizer, Precision precision) {
        // Of so small a model all gradients would be one bucket.
        return new EngineSettings(optimizer, 0.5, 42, precision).with(OverlapSettings.STANDARD.withMessageBytes(1));
    }

    /** All that a user may turn on and that changes nothing but the last bits; the loss in parts is the model's. */
    private static EngineSettings allTurnedOn(OptimizerSettings optimizer) {
        EngineSettings settings = standard(optimizer, Precision.FLOAT64);
        return settings.with(settings.overlap().withGathersAhead(2)).with(ActivationCheckpointing.ALL);
    }

    @ParameterizedTest
    @MethodSource("doublePrecision")
    void inDoublePrecisionEverythingIsTheSame(Case run) {
        assertSame(run, EngineTraining.run(run));
    }

    @ParameterizedTest
    @MethodSource("allTurnedOn")
    void withAllTurnedOnItIsTheSame(Case run) {
        List<Long> lengths = new ArrayList<>();
        Model model = FixedChunks.model(run.config(), 3, lengths);
        assertSame(run, EngineTraining.run(run, model));
        // The loss of seven positions was computed in parts.
        assertThat(lengths).containsOnly(3L, 1L);
    }

    /** One ring of sockets carries what else goes through memory: groups inside a node, and the first sums of all others. */
    @ParameterizedTest
    @CsvSource({
        "SHARED_MEMORY, 1, FLAT",
        "SHARED_MEMORY, 2, FLAT",
        "SHARED_MEMORY, 4, HIERARCHICAL",
        "HIERARCHICAL_COLLECTIVES, 4, FLAT"
    })
    void overSocketsItIsTheSame(Setting off, int p, GatherMode gather) {
        Case run = run(4, p, 2, gather, 17, 1, allTurnedOn(ADAMW));
        Model model = FixedChunks.model(run.config(), 3);
        System.setProperty(off.property(), "off");
        try {
            assertSame(run, EngineTraining.ranks(run).run(rank -> {
                Outcome outcome = EngineTraining.train(run, model, rank);
                if (rank.rank() == 0) {
                    assertOneRing(rank.traffic(), p);
                }
                return outcome;
            }));
        } finally {
            System.clearProperty(off.property());
        }
    }

    /** A node's first rank sends to its neighbour alone; where neighbours share memory nothing is gathered between them. */
    private static void assertOneRing(Traffic sent, int p) {
        if (p == 2) {
            assertThat(sent.calls(GroupKind.PARTITION, Collective.GATHER)).isPositive();
        } else {
            GroupKind kind = p == 1 ? GroupKind.REPLICATION : GroupKind.PARTITION;
            assertThat(sent.bytes(kind, LinkClass.BETWEEN_NODES)).isZero();
        }
    }

    private static void assertSame(Case run, List<Outcome> outcomes) {
        Outcome expected = ReferenceTraining.run(run);
        for (Outcome actual : outcomes) {
            assertClose(actual.losses(), expected.losses(), 1e-10, 0);
            assertClose(actual.norms(), expected.norms(), 1e-10, 0);
            assertThat(actual.parameters())
                    .containsOnlyKeys(expected.parameters().keySet());
            expected.parameters()
                    .forEach((name, values) ->
                            assertThat(actual.parameters().get(name)).as(name).containsExactly(values, within(1e-10)));
        }
    }

    private static void assertClose(List<Double> actual, List<Double> expected, double relative, double absolute) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            double tolerance = absolute + relative * Math.abs(expected.get(i));
            assertThat(actual.get(i)).as("step " + i).isCloseTo(expected.get(i), within(tolerance));
        }
    }

    @ParameterizedTest
    @MethodSource("singlePrecision")
    void inSinglePrecisionItIsAsCloseAsRoundingAllows(Case run) {
        Outcome expected = ReferenceTraining.run(run);
        for (Outcome actual : EngineTraining.run(run)) {
            assertClose(actual.losses(), expected.losses(), 1e-5, 0);
            expected.parameters().forEach((name, values) -> assertParameter(run, name, actual, values));
        }
    }

    private static void assertParameter(Case run, String name, Outcome actual, double[] expected) {
        for (int i = 0; i < expected.length; i++) {
            if (!isNoiseStep(run, name, i, expected.length)) {
                double tolerance = 1e-5 + 1.3e-6 * Math.abs(expected[i]);
                assertThat(actual.parameters().get(name)[i])
                        .as(name + "[" + i + "]")
                        .isCloseTo(expected[i], within(tolerance));
            }
        }
    }

    /** The gradient of the key's bias, the middle third, is zero in theory, and AdamW makes steps of the noise. */
    private static boolean isNoiseStep(Case run, String name, int index, int length) {
        return run.settings().optimizer() == ADAMW
                && name.endsWith("attn.c_attn.bias")
                && index >= length / 3
                && index < 2 * (length / 3);
    }

    @Test
    void theMatrixHasEveryCombination() {
        int all = 2 * (2 * 3 * 3 * 2 + 1);
        assertThat(singlePrecision()).hasSize(all);
        assertThat(Stream.concat(doublePrecision(), allTurnedOn())).hasSize(all);
    }
}

package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.gloo.GlooTransport;
import io.sparkmics.bootstrap.groups.Collective;
import io.sparkmics.bootstrap.groups.GatherMode;
import io.sparkmics.bootstrap.groups.GroupKind;
import io.sparkmics.bootstrap.traffic.LinkClass;
import io.sparkmics.bootstrap.traffic.Traffic;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.engine.shard.ShardLayout;
import io.sparkmics.engine.shard.StateCopy;
import io.sparkmics.engine.shard.StateKind;
import io.sparkmics.engine.shard.UnitShard;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.Model;
import io.sparkmics.plan.ActivationCheckpointing;
import io.sparkmics.plan.MemoryModel;
import io.sparkmics.plan.step.Batch;
import io.sparkmics.plan.step.Instance;
import io.sparkmics.plan.step.Planner;
import io.sparkmics.plan.step.Prediction;
import io.sparkmics.plan.step.StageWork;
import io.sparkmics.plan.step.Work;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Units that stay as they are: the same as in one process where their weights need no gradient, and nothing is paid for them. */
class FrozenUnitsTest {

    private static final OptimizerSettings ADAMW = new OptimizerSettings.AdamW(0.9, 0.95, 1e-8, 0.1);
    private static final OptimizerSettings SGD = new OptimizerSettings.Sgd();

    private static final GptConfig CONFIG =
            Gpt.config().layers(3).heads(2).width(10).context(7).vocabularySize(11);

    /** No backward pass comes to the embedding and the first block; the last block stands between what is trained. */
    private static final Set<String> SOME = Set.of("h.1", "ln_f");

    /** The first unit of all is trained, and read by the first stage and the last. */
    private static final Set<String> TIED = Set.of("wte", "h.2");

    private static final int STEPS = 4;

    static Stream<Arguments> matrix() {
        List<Arguments> cases = new ArrayList<>();
        for (Set<String> trained : List.of(SOME, TIED)) {
            for (OptimizerSettings optimizer : List.of(ADAMW, SGD)) {
                for (int p : new int[] {1, 2, 4}) {
                    for (GatherMode gather : List.of(GatherMode.FLAT, GatherMode.HIERARCHICAL)) {
                        cases.add(Arguments.of(trained, run(4, p, gather, 2, optimizer, Precision.FLOAT64)));
                    }
                }
            }
            cases.add(Arguments.of(trained, run(1, 1, GatherMode.FLAT, 4, ADAMW, Precision.FLOAT64)));
            cases.add(Arguments.of(trained, run(2, 2, GatherMode.FLAT, 4, ADAMW, Precision.FLOAT64)));
        }
        return cases.stream();
    }

    private static Case run(
            int world, int p, GatherMode gather, int microSteps, OptimizerSettings optimizer, Precision precision) {
        EngineSettings settings =
                new EngineSettings(optimizer, 0.5, 42, precision).with(OverlapSettings.STANDARD.withMessageBytes(1));
        return new Case(CONFIG, world, p, 2, gather, 1, microSteps, settings, STEPS);
    }

    @ParameterizedTest
    @MethodSource("matrix")
    void whatIsTrainedIsTheSameAsInOneProcessAndTheRestIsAsItWas(Set<String> trained, Case run) {
        Model model = PartlyFrozen.of(run.config().build(), trained);
        Outcome expected = ReferenceTraining.run(run, model);
        Map<String, double[]> first =
                ReferenceTraining.run(withSteps(run, 0), model).parameters();
        for (Outcome actual : EngineTraining.run(run, model)) {
            for (int step = 0; step < STEPS; step++) {
                assertThat(actual.losses().get(step))
                        .isCloseTo(expected.losses().get(step), within(1e-10));
                assertThat(actual.norms().get(step)).isCloseTo(expected.norms().get(step), within(1e-10));
            }
            expected.parameters()
                    .forEach((name, values) ->
                            assertThat(actual.parameters().get(name)).as(name).containsExactly(values, within(1e-10)));
            Set<String> changed = actual.parameters().entrySet().stream()
                    .filter(parameter -> !Arrays.equals(parameter.getValue(), first.get(parameter.getKey())))
                    .map(Map.Entry::getKey)
                    .collect(Collectors.toCollection(TreeSet::new));
            assertThat(changed).isEqualTo(names(model));
        }
    }

    private static Case withSteps(Case run, int steps) {
        return new Case(
                run.config(),
                run.worldSize(),
                run.partitionGroupSize(),
                run.ranksPerNode(),
                run.gather(),
                run.microBatchSize(),
                run.microSteps(),
                run.settings(),
                steps);
    }

    /** Of the parameters that are trained. */
    private static Set<String> names(Model model) {
        return model.units().stream()
                .filter(unit -> unit.trainable())
                .flatMap(unit -> unit.parameters().stream())
                .map(parameter -> parameter.name())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void itIsTheSameToTheBitWhereverAUnitIsGatheredAndWhateverIsComputedTwice(Precision precision) {
        Model model = PartlyFrozen.of(CONFIG.build(), SOME);
        Outcome flat = EngineTraining.run(run(4, 4, GatherMode.FLAT, 2, ADAMW, precision), model)
                .get(0);
        Case hierarchical = run(4, 4, GatherMode.HIERARCHICAL, 2, ADAMW, precision);
        Case recomputed = new Case(
                CONFIG,
                4,
                4,
                2,
                GatherMode.FLAT,
                1,
                2,
                hierarchical.settings().with(new ActivationCheckpointing(1)),
                STEPS);
        for (Case other : List.of(hierarchical, recomputed)) {
            for (Outcome actual : EngineTraining.run(other, model)) {
                assertThat(actual.losses()).isEqualTo(flat.losses());
                assertThat(actual.norms()).isEqualTo(flat.norms());
                flat.parameters()
                        .forEach(
                                (name, values) -> assertThat(actual.parameters().get(name))
                                        .as(name)
                                        .containsExactly(values));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"FLAT, 2", "HIERARCHICAL, 4"})
    void nothingOfThemTakesAHop(GatherMode gather, int p) {
        int microSteps = 2;
        Case run = run(4, p, gather, microSteps, ADAMW, Precision.FLOAT64);
        Model model = PartlyFrozen.of(CONFIG.build(), SOME);
        ShardLayout layout = ShardLayout.of(model, p);
        List<Traffic> sent = EngineTraining.overSockets(run).run(ranks -> traffic(run, model, ranks));
        // There all, the table of tokens for the head once more; back what stands behind the first block, of which the
        // head's units are still there.
        long gathers = STEPS * microSteps * (7L + 2);
        long there = layout.size() + elements(layout, Set.of("wte"));
        long back = elements(layout, Set.of("h.1", "h.2"));
        long gathered = STEPS * microSteps * (there + back) * Double.BYTES;
        long hopOne = STEPS * microSteps * layout.trainedSize() * Double.BYTES;
        long hopTwo = STEPS * layout.trainedSize() * Double.BYTES;
        assertThat(layout.trainedSize()).isEqualTo(elements(layout, SOME));
        for (Traffic own : sent) {
            assertThat(own.calls(GroupKind.PARTITION, Collective.REDUCE_SCATTER))
                    .isEqualTo((long) STEPS * microSteps * SOME.size());
            // The few numbers that ranks agree on are a handful of 8 bytes a step.
            long few = STEPS * 12 * Double.BYTES;
            if (gather == GatherMode.FLAT) {
                assertThat(own.calls(GroupKind.PARTITION, Collective.GATHER)).isEqualTo(gathers);
                assertThat(own.bytes(GroupKind.PARTITION, LinkClass.INSIDE_NODE))
                        .isBetween(gathered + hopOne, gathered + hopOne + few);
                assertThat(own.bytes(GroupKind.REPLICATION, LinkClass.BETWEEN_NODES))
                        .isBetween(hopTwo, hopTwo + few);
            } else {
                assertThat(own.calls(GroupKind.INTER_NODE, Collective.GATHER)).isEqualTo(gathers);
                assertThat(own.bytes(GroupKind.INTER_NODE, LinkClass.BETWEEN_NODES))
                        .isEqualTo(gathered);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"1, FLAT", "2, FLAT", "4, FLAT", "4, HIERARCHICAL"})
    void aStepSendsWhatIsPredicted(int p, GatherMode gather) {
        for (Set<String> trained : List.of(SOME, TIED)) {
            Model model = PartlyFrozen.of(CONFIG.build(), trained);
            EngineSettings settings = new EngineSettings(ADAMW, 1, 3, Precision.FLOAT32);
            Case run = new Case(CONFIG, 4, p, 2, gather, 1, 3, settings, STEPS);
            // Ranks of one process would read each other's shards, where their group is inside a node.
            ThreadRanks together = p == 2 ? EngineTraining.overSockets(run) : EngineTraining.ranks(run);
            List<Traffic> sent = together.run(ranks -> traffic(run, model, ranks));
            List<StageWork> stages = model.stages().stream()
                    .map(stage -> new StageWork(0, 0, stage.backwardReadsWeights(), false))
                    .toList();
            Work work = new Work(settings.memoryModel(model), stages, 0);
            Prediction predicted = new Planner(
                            Instance.named("cpu").orElseThrow().ranks(4, 2))
                    .best(size -> work, new Batch(12, 1), p, gather == GatherMode.HIERARCHICAL)
                    .orElseThrow();
            // The few numbers that ranks agree on.
            Offset<Double> few = within(300.0 * STEPS);
            assertThat(predicted.insideBytes() * 4 * STEPS).isCloseTo(bytes(sent, LinkClass.INSIDE_NODE), few);
            assertThat(predicted.betweenBytes() * 2 * STEPS).isCloseTo(bytes(sent, LinkClass.BETWEEN_NODES), few);
        }
    }

    private static double bytes(List<Traffic> sent, LinkClass link) {
        return sent.stream()
                .mapToDouble(own -> Arrays.stream(GroupKind.values())
                        .mapToDouble(kind -> own.bytes(kind, link))
                        .sum())
                .sum();
    }

    private static Traffic traffic(Case run, Model model, RankContext ranks) {
        try (MicsEngine engine = new MicsEngine(model, run.settings(), ranks)) {
            for (long step = 0; step < STEPS; step++) {
                engine.step(step, EngineTraining.microBatches(run, ranks.rank(), step), 1e-3);
            }
            return ranks.traffic();
        }
    }

    private static long elements(ShardLayout layout, Set<String> units) {
        return layout.shards().stream()
                .filter(shard -> units.contains(shard.unit().name()))
                .mapToLong(UnitShard::size)
                .sum();
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void theEngineAndItsCopyHoldWhatIsPlanned(Precision precision) {
        for (Set<String> trained : List.of(SOME, TIED)) {
            Model model = PartlyFrozen.of(CONFIG.build(), trained);
            for (int p : new int[] {1, 2, 4}) {
                EngineSettings settings = new EngineSettings(ADAMW, 1, 3, precision);
                MemoryModel plan = settings.memoryModel(model);
                ThreadRanks.of(4)
                        .ranksPerNode(4)
                        .with(CommunicationSettings.of(p))
                        .over(() -> GlooTransport.on("127.0.0.1"))
                        .run(ranks -> {
                            try (MicsEngine engine = new MicsEngine(model, settings, ranks);
                                    StateCopy copy = engine.newStateCopy()) {
                                assertThat(engine.arenaBytes()).isEqualTo(plan.gatheredUnits(p));
                                assertThat(engine.memory().engineBytes()).isEqualTo(plan.heldBytes(p));
                                assertThat(copy.bytes()).isEqualTo(plan.stateCopy(p));
                            }
                            return null;
                        });
            }
        }
    }

    @Test
    void aCopyHasTheParametersOfAllAndTheMomentsOfWhatIsTrained() {
        Case run = run(2, 2, GatherMode.FLAT, 1, ADAMW, Precision.FLOAT32);
        Model model = PartlyFrozen.of(CONFIG.build(), SOME);
        EngineTraining.ranks(run).run(ranks -> {
            Map<String, Set<StateKind>> kinds = new TreeMap<>();
            try (MicsEngine engine = new MicsEngine(model, run.settings(), ranks);
                    StateCopy copy = engine.newStateCopy()) {
                copy.take();
                copy.forEach((unit, kind, shard) -> kinds.computeIfAbsent(
                                unit.name(), name -> EnumSet.noneOf(StateKind.class))
                        .add(kind));
            }
            assertThat(kinds).hasSize(6);
            kinds.forEach((name, of) -> assertThat(of)
                    .as(name)
                    .isEqualTo(
                            SOME.contains(name) ? EnumSet.allOf(StateKind.class) : EnumSet.of(StateKind.PARAMETERS)));
            return null;
        });
    }

    @ParameterizedTest
    @CsvSource({"4, 2, FLOAT64, true", "4, 2, BFLOAT16, true", "4, 4, FLOAT64, false", "1, 1, FLOAT64, false"})
    void aRunGoesOnInOtherEnginesWhereItWas(int world, int p, Precision precision, boolean same) {
        Model model = PartlyFrozen.of(CONFIG.build(), SOME);
        SavedStates undisturbed = leg(model, precision, 4, 2, null, 0, 6);
        SavedStates saved = leg(model, precision, 4, 2, null, 0, 3);
        leg(model, precision, world, p, saved, 3, 3).assertSame(saved);
        SavedStates goneOn = leg(model, precision, world, p, saved, 3, 6);
        if (same) {
            goneOn.assertSame(undisturbed);
        } else {
            goneOn.wholes()
                    .forEach((name, values) -> assertThat(values)
                            .as(name)
                            .containsExactly(undisturbed.wholes().get(name), within(1e-10)));
        }
    }

    private static SavedStates leg(
            Model model, Precision precision, int world, int p, SavedStates saved, long from, long to) {
        Case run = run(world, p, GatherMode.FLAT, 8 / world, ADAMW, precision);
        return SavedStates.of(
                EngineTraining.ranks(run).run(ranks -> {
                    try (MicsEngine engine = new MicsEngine(model, run.settings(), ranks);
                            StateCopy copy = engine.newStateCopy()) {
                        if (saved != null) {
                            engine.restore(saved, saved.updates());
                        }
                        for (long step = from; step < to; step++) {
                            engine.step(
                                    step, EngineTraining.microBatches(run, ranks.rank(), step), run.learningRate(step));
                        }
                        copy.take();
                        return SavedStates.Part.of(copy);
                    }
                }),
                p);
    }
}

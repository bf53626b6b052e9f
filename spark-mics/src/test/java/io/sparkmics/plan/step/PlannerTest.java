package io.sparkmics.plan.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

/** What must hold of every plan, whatever its figures are. */
class PlannerTest {

    /** A training somewhere. */
    record Case(Cluster cluster, TransformerWorkload workload, Batch batch) {

        List<Prediction> predictions() {
            return predictions(cluster);
        }

        List<Prediction> predictions(Cluster changed) {
            return new Planner(changed).predictions(workload, batch);
        }
    }

    @Provide
    Arbitrary<Case> cases() {
        Arbitrary<Cluster> clusters = Combinators.combine(
                        Arbitraries.of(1, 2, 3, 4, 6),
                        Arbitraries.of(1, 2, 4),
                        Arbitraries.doubles().between(1e9, 1e14),
                        Arbitraries.doubles().between(1e8, 1e12),
                        Arbitraries.doubles().between(1e7, 1e11),
                        Arbitraries.integers().between(0, 1000).map(micros -> 1e-6 * micros),
                        Arbitraries.of(true, false))
                .as((nodes, k, flops, inside, between, latency, overlaps) -> new Cluster(
                        nodes * k,
                        k,
                        new Processor(2 * flops, flops, 1e12, 1L << 34, overlaps),
                        new Link(inside, latency / 10),
                        new Link(between, latency)));
        Arbitrary<TransformerWorkload> workloads = Combinators.combine(
                        Arbitraries.of(1, 2, 5),
                        Arbitraries.of(64, 512, 2048),
                        Arbitraries.of(Recipe.ENGINE, Recipe.ENGINE_SINGLE, Recipe.ARTICLE))
                .as((layers, width, recipe) ->
                        new TransformerWorkload(new Transformer("any", layers, 8, width, 128, 1000), recipe));
        Arbitrary<Batch> batches = Combinators.combine(Arbitraries.of(96, 288), Arbitraries.of(0, 1, 2))
                .as(Batch::new);
        return Combinators.combine(clusters, workloads, batches).as(Case::new);
    }

    @Property(tries = 100)
    void allDivisorsArePredictedAndTheShortestStepThatFitsIsChosen(@ForAll("cases") Case any) {
        List<Prediction> all = any.predictions();
        int ranks = any.cluster().worldSize();
        assertThat(all.stream().map(Prediction::partitionGroupSize).distinct())
                .allMatch(size -> ranks % size == 0)
                .contains(1, ranks)
                .isSorted();
        List<Prediction> fitting =
                all.stream().filter(one -> one.memory().fits()).toList();
        assertThat(Planner.best(all).isPresent()).isEqualTo(!fitting.isEmpty());
        Planner.best(all).ifPresent(best -> {
            double longest = best.time().step() / (1 + Planner.TOLERANCE) * (1 - 1e-12);
            assertThat(fitting)
                    .contains(best)
                    .allMatch(one -> one.time().step() >= longest)
                    // Smaller groups take longer by more than the tolerance.
                    .filteredOn(one -> one.partitionGroupSize() < best.partitionGroupSize())
                    .noneMatch(one -> one.time().step() <= best.time().step());
        });
    }

    @Property(tries = 100)
    void aStepIsNoShorterThanItsPartsAndNoLongerThanAllOfThem(@ForAll("cases") Case any) {
        for (Prediction one : any.predictions()) {
            Prediction.Time time = one.time();
            double all = time.compute() + time.communication() + time.update();
            assertThat(time.step())
                    .isGreaterThanOrEqualTo(Math.max(time.compute(), time.communication()) * (1 - 1e-9))
                    .isLessThanOrEqualTo(all * (1 + 1e-9));
            if (!any.cluster().processor().overlaps()) {
                assertThat(time.step()).isEqualTo(all, within(1e-9 * all));
            }
            assertThat((long) one.microBatchSize()
                            * one.microSteps()
                            * any.cluster().worldSize())
                    .isEqualTo(any.batch().globalBatchSize());
        }
    }

    @Property(tries = 100)
    void fasterPartsNeverMakeALongerStep(
            @ForAll("cases") Case any, @ForAll @DoubleRange(min = 1, max = 100) double factor) {
        Cluster cluster = any.cluster();
        Processor processor = cluster.processor();
        assertNoLonger(any, cluster.with(processor.attaining(factor * processor.attainableFlops())));
        assertNoLonger(any, cluster.with(processor.overlapping(true)));
        assertNoLonger(any, cluster.with(faster(cluster.inside(), factor), cluster.between()));
        assertNoLonger(any, cluster.with(cluster.inside(), faster(cluster.between(), factor)));
        assertNoLonger(
                any,
                cluster.with(
                        new Link(
                                cluster.inside().bytesPerSecond(),
                                cluster.inside().latencySeconds() / factor),
                        new Link(
                                cluster.between().bytesPerSecond(),
                                cluster.between().latencySeconds() / factor)));
    }

    private static Link faster(Link link, double factor) {
        return new Link(factor * link.bytesPerSecond(), link.latencySeconds());
    }

    private static void assertNoLonger(Case any, Cluster faster) {
        List<Prediction> before = any.predictions();
        List<Prediction> after = any.predictions(faster);
        for (int row = 0; row < before.size(); row++) {
            // A row's best micro-batch may change, and does so for the better only.
            assertThat(after.get(row).time().step())
                    .isLessThanOrEqualTo(before.get(row).time().step() * (1 + 1e-9));
        }
    }

    @Property(tries = 100)
    void largerGroupsTakeLessMemoryAndWhatFitsStillFitsWithMore(@ForAll("cases") Case any) {
        List<Prediction> flat =
                any.predictions().stream().filter(one -> !one.hierarchical()).toList();
        // The first is p = 1, where nothing is gathered and gradients need no way: two ranks may take more than one.
        for (int row = 2; row < flat.size(); row++) {
            // Shards are padded by a few elements, places to 512 bytes.
            assertThat(flat.get(row).memory().modelBytes())
                    .isLessThan(flat.get(row - 1).memory().modelBytes() + 100_000);
        }
        Processor processor = any.cluster().processor();
        List<Prediction> roomy = any.predictions(any.cluster().with(processor.withMemory(2 * processor.memoryBytes())));
        assertThat(fitting(roomy)).containsAll(fitting(any.predictions()));
    }

    private static List<String> fitting(List<Prediction> predictions) {
        return predictions.stream()
                .filter(one -> one.memory().fits())
                .map(one -> one.partitionGroupSize() + " " + one.hierarchical())
                .toList();
    }

    @Test
    void aMicroBatchThatIsNotSetIsTheFastestThatFits() {
        Case free = new Case(
                Instance.named("p4d.24xlarge").orElseThrow().nodes(4),
                new TransformerWorkload(Models.named("gpt2-xl").orElseThrow(), Recipe.ENGINE),
                new Batch(1024, 0));
        Prediction best = Planner.best(free.predictions()).orElseThrow();
        assertThat(best.microBatchSize()).isGreaterThan(1);
        for (int size : List.of(1, 2, 4, 8, 16, 32)) {
            Case set = new Case(free.cluster(), free.workload(), new Batch(1024, size));
            assertThat(Planner.best(set.predictions())
                            .map(one -> one.time().step())
                            .orElse(Double.POSITIVE_INFINITY))
                    .isGreaterThanOrEqualTo(best.time().step());
        }
        assertThat(new Case(free.cluster(), free.workload(), new Batch(1000, 0)).predictions())
                .isEmpty();
    }

    @Test
    void whatCannotBePlannedIsRefused() {
        assertThatThrownBy(() -> new Link(0, 1))
                .hasMessage(
                        "Cannot plan with a link of 0.0 bytes/s, Infinity bytes/s of a rank and 1.0 s a turn: the first two"
                                + " must be positive, the third finite and not negative.");
        assertThatThrownBy(() -> new Processor(1, 2, 1, 1, true))
                .hasMessage("Cannot plan with 2.0 of 1.0 operations/s, 1.0 bytes/s and 1 bytes of memory: all must be"
                        + " positive, and what is attained at most the peak.");
        Processor any = new Processor(2, 1, 1, 1, true);
        Link link = new Link(1, 0);
        assertThatThrownBy(() -> new Cluster(0, 1, any, link, link))
                .hasMessage(
                        "Cannot plan for 0 ranks, 1 on a node: both must be positive, and the ranks 65536 at most.");
        Work work = new TransformerWorkload(new Transformer("", 1, 1, 1, 1, 1), Recipe.ENGINE_SINGLE).work(1);
        assertThatThrownBy(() -> new Work(work.memory(), List.of(), 0))
                .hasMessage(
                        "Cannot plan the work of 0 stages and 0 bytes of activations: the model has 3 stages, and no"
                                + " bytes are negative.");
    }
}

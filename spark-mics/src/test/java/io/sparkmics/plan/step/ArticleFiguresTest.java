package io.sparkmics.plan.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The planner beside what others have measured and published. No figure of it is made from any of these; what is missed, and by
 * how much, is in integration-tests/benchmarks/planner.md, and the misses are held here too, so that the page stays true.
 */
class ArticleFiguresTest {

    private static Cluster cluster(String instance, int nodes, boolean overlaps) {
        Cluster cluster = Instance.named(instance).orElseThrow().nodes(nodes);
        return cluster.with(cluster.processor().overlapping(overlaps));
    }

    private static Prediction step(String model, String instance, int nodes, boolean overlaps, int p, Batch batch) {
        Cluster cluster = cluster(instance, nodes, overlaps);
        return new Planner(cluster)
                .best(
                        new TransformerWorkload(Models.named(model).orElseThrow(), Recipe.ARTICLE),
                        batch,
                        p,
                        // ZeRO-3 gathers flat.
                        p < cluster.worldSize() && cluster.allowsHierarchical(p))
                .orElseThrow();
    }

    private static double teraflops(Prediction prediction) {
        return prediction.flopsPerSecond() / 1e12;
    }

    /** p of the paper's experiments with BERT, 16 nodes. */
    @ParameterizedTest
    @CsvSource({"bert-10b, 8", "bert-15b, 16", "bert-20b, 16", "bert-50b, 64"})
    void theChosenGroupSizesAreThePapers(String model, int p) {
        List<Prediction> all = new Planner(cluster("p3dn.24xlarge", 16, true))
                .predictions(
                        new TransformerWorkload(Models.named(model).orElseThrow(), Recipe.ARTICLE), new Batch(8192, 8));
        assertThat(Planner.best(all).orElseThrow().partitionGroupSize()).isEqualTo(p);
    }

    /** 169 TFLOP/s a GPU. The batch is not published: 2,048 sequences in micro-batches of 2; of 4, little room would be left. */
    @Test
    void of175BillionOnSixteenP4de() {
        Prediction step = new Planner(cluster("p4de.24xlarge", 16, true))
                .best(
                        new TransformerWorkload(Models.named("gpt-175b").orElseThrow(), Recipe.ARTICLE),
                        new Batch(2048, 2),
                        128,
                        true)
                .orElseThrow();
        assertThat(teraflops(step)).isCloseTo(169, withPercentage(10));
    }

    /** 170 TFLOP/s a GPU, and 99.4 % of what 128 GPUs attain. */
    @Test
    void of100BillionOnSixtyFourP4d() {
        double on512 = teraflops(step("gpt-100b", "p4d.24xlarge", 64, true, 128, new Batch(8192, 8)));
        double on128 = teraflops(new Planner(cluster("p4d.24xlarge", 16, true))
                .best(
                        new TransformerWorkload(Models.named("gpt-100b").orElseThrow(), Recipe.ARTICLE),
                        new Batch(2048, 8),
                        128,
                        true)
                .orElseThrow());
        assertThat(on512).isCloseTo(170, withPercentage(10));
        assertThat(100 * on512 / on128).isCloseTo(99.4, withPercentage(10));
    }

    /** Up to 2.82 times ZeRO-3, where ZeRO-3 hides nothing. */
    @Test
    void bertOnP3dn() {
        double most = 0;
        for (int nodes : List.of(2, 4, 8, 16)) {
            double mics = step("bert-10b", "p3dn.24xlarge", nodes, true, 8, new Batch(8192, 8))
                    .time()
                    .step();
            double zero = step("bert-10b", "p3dn.24xlarge", nodes, false, 8 * nodes, new Batch(8192, 8))
                    .time()
                    .step();
            most = Math.max(most, zero / mics);
        }
        assertThat(most).isCloseTo(2.82, withPercentage(10));
    }

    /** 62 TFLOP/s with ZeRO-3, 32.5 s of a step of BloombergGPT, 141 TFLOP/s of 30 billion: not met. */
    @Test
    void whatIsMissedIsMissedAsThePageSays() {
        assertThat(teraflops(step("gpt-100b", "p4d.24xlarge", 64, true, 512, new Batch(8192, 8))))
                .isCloseTo(155, withPercentage(1));
        assertThat(teraflops(step("gpt-100b", "p4d.24xlarge", 64, false, 512, new Batch(8192, 8))))
                .isCloseTo(91, withPercentage(1));
        Batch bloomberg = new Batch(2048, 2);
        assertThat(step("bloomberggpt-50b", "p4d.24xlarge", 64, true, 128, bloomberg)
                        .time()
                        .step())
                .isCloseTo(22.0, withPercentage(1));
        assertThat(step("bloomberggpt-50b", "p4d.24xlarge", 64, false, 128, bloomberg)
                        .time()
                        .step())
                .isCloseTo(38.6, withPercentage(1));
        assertThat(teraflops(step("gpt-30b", "p4d.24xlarge", 32, true, 32, new Batch(1024, 2))))
                .isCloseTo(166, withPercentage(1));
    }

    /**
     * About 2 times ZeRO-3's on 1,024 GPUs. Neither p nor the sizes are published: Llama's of 7 billion, one sequence a
     * micro-batch.
     */
    @ParameterizedTest
    @CsvSource({"8, 3.8", "16, 2.4", "32, 1.7"})
    void theMemoryOf7BillionBesideZero3(int p, double times) {
        TransformerWorkload workload =
                new TransformerWorkload(new Transformer("7 billion", 32, 32, 4096, 2048, 32_000), Recipe.ARTICLE);
        assertThat(memory(workload, p) / memory(workload, 1024)).isCloseTo(times, withPercentage(2));
    }

    private static double memory(TransformerWorkload workload, int p) {
        Prediction.Memory memory = new Planner(cluster("p4de.24xlarge", 128, true))
                .best(workload, new Batch(1024, 1), p, false)
                .orElseThrow()
                .memory();
        return (double) memory.modelBytes() + memory.activationBytes();
    }
}

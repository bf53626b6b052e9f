package io.sparkmics.gpu;

import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.Tokens;
import java.util.Arrays;
import java.util.Iterator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Batches that are a function of step and slot, and the same in other languages: token i of a sequence is (x_i >>> 33) mod
 * the vocabulary, x_(i+1) = a x_i + c mod 2^64, and x_0 = step 2^20 + slot. Source of a and c: Knuth, "The Art of Computer
 * Programming", volume 2, 3.3.4 (MMIX).
 */
public final class RandomTokens {

    private static final long MULTIPLIER = 6364136223846793005L;
    private static final long INCREMENT = 1442695040888963407L;

    private RandomTokens() {}

    /** The micro-batches of some steps from 0, one after another, of b sequences each. */
    public static Iterator<MicroBatch> batches(GptConfig config, int steps, int microSteps, int microBatchSize) {
        return IntStream.range(0, steps * microSteps)
                .mapToObj(index -> batch(config, index / microSteps, index % microSteps, microBatchSize))
                .iterator();
    }

    /** The micro-batches of one step. */
    public static Iterator<MicroBatch> ofStep(GptConfig config, long step, int microSteps, int microBatchSize) {
        return IntStream.range(0, microSteps)
                .mapToObj(microStep -> batch(config, step, microStep, microBatchSize))
                .iterator();
    }

    /** The micro-batches of one step of one rank, each rank with sequences of its own. */
    public static Iterator<MicroBatch> ofRank(
            GptConfig config, long step, int rank, int microSteps, int microBatchSize) {
        return IntStream.range(rank * microSteps, (rank + 1) * microSteps)
                .mapToObj(microStep -> batch(config, step, microStep, microBatchSize))
                .iterator();
    }

    private static MicroBatch batch(GptConfig config, long step, int microStep, int microBatchSize) {
        int[] slots = IntStream.range(0, microBatchSize)
                .map(i -> microStep * microBatchSize + i)
                .toArray();
        int[][] sequences = Arrays.stream(slots)
                .mapToObj(slot -> sequence(config, step, slot))
                .toArray(int[][]::new);
        double[] weights = new double[microBatchSize];
        Arrays.fill(weights, 1);
        return new MicroBatch(Tokens.tensor(sequences), step, slots, weights);
    }

    static int[] sequence(GptConfig config, long step, int slot) {
        return LongStream.iterate((step << 20) + slot, x -> MULTIPLIER * x + INCREMENT)
                .skip(1)
                .limit(config.context() + 1L)
                .mapToInt(x -> (int) ((x >>> 33) % config.vocabularySize()))
                .toArray();
    }
}

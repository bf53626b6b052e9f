package io.sparkmics.bootstrap;

import java.util.function.IntConsumer;
import org.bytedeco.pytorch.Tensor;

/**
 * Collectives whose members send to the next one only, and so come from chunk to chunk in a known order: other work can be done
 * for each chunk while the network is busy with the others. Such work is told the chunk's index; it must change nothing outside
 * that chunk that the ring uses. It is told of empty chunks too.
 */
public interface RingCollectives extends Collectives {

    /**
     * This member's chunk becomes the sum of everyone's; the other chunks hold anything afterwards.
     *
     * @param before completes what this member adds to a chunk: called from the chunk before this member's own on, downwards, its
     *     own last
     */
    void reduceScatter(Tensor whole, Chunks chunks, IntConsumer before);

    /**
     * Everyone's own chunk goes to all.
     *
     * @param after called when a chunk is there: from this member's own on, downwards
     */
    void gather(Tensor whole, Chunks chunks, IntConsumer after);

    /** Every chunk becomes the sum of everyone's: a reduce-scatter, then a gather. */
    void allReduce(Tensor whole, Chunks chunks, IntConsumer before, IntConsumer after);
}

package io.sparkmics.model;

import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;

/**
 * Neighbouring positions whose losses are computed at a time.
 *
 * @param first from 0
 * @param length how many positions
 */
public record LossPart(long first, long length) {

    /**
     * The parts that a loss is computed in; at least one, together all positions once.
     *
     * @param input [b, t, ...], what the stage is given
     */
    public static List<LossPart> of(ChunkedLoss loss, Tensor input) {
        long length = input.size(1);
        long step = loss.positionsAtATime(input.size(0), length);
        if (step < 1) {
            throw new IllegalStateException("Cannot compute losses " + step + " positions at a time: "
                    + loss.getClass().getName() + " must say 1 or more.");
        }
        return LongStream.iterate(0, first -> first == 0 || first < length, first -> first + step)
                .mapToObj(first -> new LossPart(first, Math.min(step, length - first)))
                .toList();
    }

    /** A view of these positions of it. */
    public Tensor of(Tensor input) {
        return input.narrow(1, first, length);
    }
}

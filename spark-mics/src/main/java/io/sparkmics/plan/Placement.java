package io.sparkmics.plan;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Places in one flat buffer for pieces that come and go at moments that are known before: pieces that are there at the same
 * moment do not overlap.
 *
 * <p>First fit in the order of arrival, those of one moment from the bottom, those of the next from the top of what is needed
 * at least: so neighbours that take turns, as the stages of a model do, leave no gap between them.
 *
 * @param offsets of the pieces, in bytes, multiples of {@link #ALIGNMENT}
 * @param bytes of the buffer
 */
public record Placement(List<Long> offsets, long bytes) {

    /** What device kernels and collectives like best. */
    public static final int ALIGNMENT = 512;

    /**
     * A piece that is there from one moment to another, both included.
     *
     * @param bytes rounded up to a multiple of {@link #ALIGNMENT}
     */
    public record Stay(long bytes, int from, int to) {
        public Stay {
            bytes = aligned(bytes);
        }

        private boolean meets(Stay other) {
            return from <= other.to && other.from <= to;
        }
    }

    public Placement {
        offsets = List.copyOf(offsets);
    }

    public static Placement of(List<Stay> stays) {
        return new Search(stays).inOrderOfArrival();
    }

    /**
     * The same, or with the largest first where that needs less: as it does where more than two neighbours are there together,
     * and small ones must find room beside a large one wherever it comes.
     */
    public static Placement smallest(List<Stay> stays) {
        Placement inOrderOfArrival = of(stays);
        Placement largestFirst = new Search(stays).largestFirst();
        return largestFirst.bytes() < inOrderOfArrival.bytes() ? largestFirst : inOrderOfArrival;
    }

    /** The next multiple of {@link #ALIGNMENT}. */
    public static long aligned(long bytes) {
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private static final class Search {

        private final List<Stay> stays;
        private final long least;
        private final Long[] offsets;

        Search(List<Stay> stays) {
            this.stays = stays;
            this.least =
                    stays.stream().mapToLong(stay -> load(stay.from())).max().orElse(0);
            this.offsets = new Long[stays.size()];
        }

        /** No buffer can be smaller than what is there at one moment. */
        private long load(int moment) {
            return stays.stream()
                    .filter(stay -> stay.from() <= moment && moment <= stay.to())
                    .mapToLong(Stay::bytes)
                    .sum();
        }

        Placement largestFirst() {
            IntStream.range(0, stays.size())
                    .boxed()
                    .sorted(Comparator.comparing(piece -> -stays.get(piece).bytes()))
                    .forEach(piece -> offsets[piece] = place(piece, false));
            return placement();
        }

        Placement inOrderOfArrival() {
            List<Integer> arrivals = IntStream.range(0, stays.size())
                    .boxed()
                    .sorted(Comparator.comparing(piece -> stays.get(piece).from()))
                    .toList();
            boolean top = true;
            int moment = -1;
            for (int piece : arrivals) {
                if (stays.get(piece).from() != moment) {
                    moment = stays.get(piece).from();
                    top = !top;
                }
                offsets[piece] = place(piece, top);
            }
            return placement();
        }

        private Placement placement() {
            long end =
                    IntStream.range(0, stays.size()).mapToLong(this::end).max().orElse(0);
            return new Placement(List.of(offsets), end);
        }

        private long place(int piece, boolean top) {
            long size = stays.get(piece).bytes();
            List<Integer> neighbours = IntStream.range(0, stays.size())
                    .filter(other -> offsets[other] != null && stays.get(other).meets(stays.get(piece)))
                    .boxed()
                    .toList();
            List<Long> candidates = new ArrayList<>(candidates(neighbours, 0, this::end));
            if (top) {
                List<Long> fromTop =
                        new ArrayList<>(candidates(neighbours, least - size, other -> offsets[other] - size));
                Collections.reverse(fromTop);
                candidates.addAll(0, fromTop);
            }
            return candidates.stream()
                    .filter(offset -> offset >= 0 && free(offset, size, neighbours))
                    .findFirst()
                    .orElseThrow();
        }

        private static List<Long> candidates(List<Integer> neighbours, long border, IntToLongFunction beside) {
            return LongStream.concat(
                            LongStream.of(border), neighbours.stream().mapToLong(other -> beside.applyAsLong(other)))
                    .sorted()
                    .boxed()
                    .toList();
        }

        private boolean free(long offset, long size, List<Integer> neighbours) {
            return neighbours.stream().allMatch(other -> offset + size <= offsets[other] || end(other) <= offset);
        }

        private long end(int piece) {
            return offsets[piece] + stays.get(piece).bytes();
        }
    }
}

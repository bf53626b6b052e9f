package io.sparkmics.scoring;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Which sequences are computed together. */
final class LikeLengths {

    private LikeLengths() {}

    /**
     * Those of about one length, so that little is padded.
     *
     * @return the places of all sequences, so many at a time, the shortest first
     */
    static List<List<Integer>> batches(int[] lengths, int size) {
        return batches(lengths, size, false);
    }

    /** The same where sequences of other lengths are apart, so that nothing is padded. */
    static List<List<Integer>> ofOneLength(int[] lengths, int size) {
        return batches(lengths, size, true);
    }

    private static List<List<Integer>> batches(int[] lengths, int size, boolean ofOneLength) {
        List<Integer> byLength = IntStream.range(0, lengths.length)
                .boxed()
                .sorted(Comparator.comparing(place -> lengths[place]))
                .toList();
        List<List<Integer>> batches = new ArrayList<>();
        for (int from = 0, to; from < byLength.size(); from = to) {
            int shortest = lengths[byLength.get(from)];
            to = from + 1;
            while (to < byLength.size()
                    && to - from < size
                    && (!ofOneLength || lengths[byLength.get(to)] == shortest)) {
                to++;
            }
            batches.add(byLength.subList(from, to));
        }
        return batches;
    }
}

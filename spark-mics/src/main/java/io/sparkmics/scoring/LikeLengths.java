package io.sparkmics.scoring;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Which sequences are computed together, so that little is padded: those of about one length. */
final class LikeLengths {

    private LikeLengths() {}

    /** @return the places of all sequences, so many at a time, the shortest first */
    static List<List<Integer>> batches(int[] lengths, int size) {
        List<Integer> byLength = IntStream.range(0, lengths.length)
                .boxed()
                .sorted(Comparator.comparing(place -> lengths[place]))
                .toList();
        List<List<Integer>> batches = new ArrayList<>();
        for (int from = 0; from < byLength.size(); from += size) {
            batches.add(byLength.subList(from, (int) Math.min((long) from + size, byLength.size())));
        }
        return batches;
    }
}

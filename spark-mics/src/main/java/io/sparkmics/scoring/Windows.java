package io.sparkmics.scoring;

import io.sparkmics.data.TokenBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Cuts one row's tokens into the sequences that together predict every token but the first once. */
final class Windows {

    private Windows() {}

    /** Sequences of at most {@code context + 1} tokens; each begins with the last token of the one before. */
    static List<int[]> of(int[] tokens, int context) {
        List<int[]> windows = new ArrayList<>();
        for (int start = 0; start + 1 < tokens.length; start += context) {
            windows.add(Arrays.copyOfRange(tokens, start, Math.min(start + context + 1, tokens.length)));
        }
        return windows;
    }

    /**
     * The same sequences, so many at a time, in their order. Those of one batch are of one length: the last, which may be
     * shorter, comes alone then, and nothing is padded.
     */
    static List<int[][]> batches(List<int[]> windows, int size) {
        List<int[][]> batches = new ArrayList<>();
        for (int from = 0, to; from < windows.size(); from = to) {
            int length = windows.get(from).length;
            to = from + 1;
            while (to < windows.size() && to < from + size && windows.get(to).length == length) {
                to++;
            }
            batches.add(windows.subList(from, to).toArray(int[][]::new));
        }
        return batches;
    }

    /** The same sequences, all as long as the longest. */
    static int[][] padded(List<int[]> windows) {
        int length = windows.stream().mapToInt(window -> window.length).max().orElse(0);
        return windows.stream()
                .map(window -> {
                    int[] padded = Arrays.copyOf(window, length);
                    Arrays.fill(padded, window.length, length, TokenBatch.PADDING);
                    return padded;
                })
                .toArray(int[][]::new);
    }
}

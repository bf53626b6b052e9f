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

    /** Sequences, all as long as the longest. */
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

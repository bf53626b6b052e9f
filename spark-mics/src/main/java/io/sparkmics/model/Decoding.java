package io.sparkmics.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Sequences that a model goes on with, a token at a time, many at once: each as if it were alone, but for the rounding of
 * sums. What stands before is not computed again, as long as a sequence is not longer than the model's context; a longer one
 * goes on from its last tokens, that many. Native memory, the caller's to close. One thread.
 */
public final class Decoding implements AutoCloseable {

    /** In place of a token: the sequence has come to its end. */
    public static final int END = -1;

    private final WholeModel model;
    private final int context;
    private final List<int[]> sequences;
    private final List<Integer> open = new ArrayList<>();
    /** Those of the cache, in its order; and how many tokens of each pass are new. */
    private final List<Integer> cached = new ArrayList<>();

    private KeyValueCache cache;
    private int coming;

    /**
     * @param prompts at least one, each of at least one token
     * @param tokens how many will be appended at most
     */
    Decoding(WholeModel model, int context, List<int[]> prompts, int tokens) {
        this.model = model;
        this.context = context;
        this.sequences = new ArrayList<>(prompts);
        IntStream.range(0, prompts.size()).forEach(open::add);
        if (model.readsPast()) {
            open.stream().filter(row -> prompts.get(row).length <= context).forEach(cached::add);
        }
        if (!cached.isEmpty()) {
            int longest = cached.stream()
                    .mapToInt(row -> prompts.get(row).length)
                    .max()
                    .orElse(0);
            int[] padding = cached.stream()
                    .mapToInt(row -> longest - prompts.get(row).length)
                    .toArray();
            // One leaves with its context full, and has no more than its empty slots before that.
            long most = (long) context + Arrays.stream(padding).max().orElse(0);
            cache = new KeyValueCache(padding, Math.min(most, (long) longest + tokens));
            coming = longest;
        }
    }

    /** The sequences that have not ended, by their places among the prompts, ascending. */
    public List<Integer> open() {
        return List.copyOf(open);
    }

    /** The prompt and what was appended to it. */
    public int[] sequence(int row) {
        return sequences.get(row).clone();
    }

    /** The logits of the token that follows each of the {@link #open} sequences, in their order. Once before each append. */
    public float[][] logits() {
        float[][] logits = new float[sequences.size()][];
        if (!cached.isEmpty()) {
            place(model.nextLogits(newest(), cache), cached, logits);
            coming = 1;
        }
        List<Integer> others =
                open.stream().filter(row -> !cached.contains(row)).toList();
        if (!others.isEmpty()) {
            List<int[]> seen = others.stream().map(this::seen).toList();
            place(model.nextLogits(seen), others, logits);
        }
        return open.stream().map(row -> logits[row]).toArray(float[][]::new);
    }

    private static void place(float[][] found, List<Integer> rows, float[][] logits) {
        for (int i = 0; i < found.length; i++) {
            logits[rows.get(i)] = found[i];
        }
    }

    /** The last tokens of each sequence that is in the cache, all that the cache does not have; -1 before shorter ones. */
    private int[][] newest() {
        return cached.stream()
                .map(sequences::get)
                .map(sequence -> {
                    int[] last = new int[coming];
                    Arrays.fill(last, -1);
                    int count = Math.min(coming, sequence.length);
                    System.arraycopy(sequence, sequence.length - count, last, coming - count, count);
                    return last;
                })
                .toArray(int[][]::new);
    }

    private int[] seen(int row) {
        int[] sequence = sequences.get(row);
        return Arrays.copyOfRange(sequence, Math.max(0, sequence.length - context), sequence.length);
    }

    /** @param tokens one for each of the {@link #open} sequences, or {@link #END} */
    public void append(int[] tokens) {
        List<Integer> rows = open();
        open.clear();
        for (int i = 0; i < tokens.length; i++) {
            int row = rows.get(i);
            if (tokens[i] != END) {
                int[] sequence = sequences.get(row);
                int[] longer = Arrays.copyOf(sequence, sequence.length + 1);
                longer[sequence.length] = tokens[i];
                sequences.set(row, longer);
                open.add(row);
            }
        }
        keepCached();
    }

    /** Without those that have ended, and those of which the cache cannot hold another token. */
    private void keepCached() {
        int[] kept = IntStream.range(0, cached.size())
                .filter(place -> open.contains(cached.get(place)))
                .filter(place -> sequences.get(cached.get(place)).length <= context)
                .toArray();
        if (kept.length == cached.size()) {
            return;
        }
        List<Integer> rows = Arrays.stream(kept).mapToObj(cached::get).toList();
        cached.clear();
        cached.addAll(rows);
        if (rows.isEmpty()) {
            close();
        } else {
            cache.keep(kept);
        }
    }

    @Override
    public void close() {
        if (cache != null) {
            cache.close();
            cache = null;
        }
    }
}

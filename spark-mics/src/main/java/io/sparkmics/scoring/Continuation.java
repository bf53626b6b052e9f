package io.sparkmics.scoring;

import io.sparkmics.model.Decoding;
import io.sparkmics.model.WholeModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;

/**
 * Goes on with prompts, a batch at a time, those of like length together. What becomes of a prompt depends on it and the seed
 * alone.
 *
 * @param context how many tokens the model sees at most
 */
record Continuation(WholeModel model, int context, GenerationSettings settings, IntPredicate ends) {

    /**
     * @param prompts each of at least one token
     * @return what follows each of them, without what has ended it
     */
    List<int[]> of(List<int[]> prompts) {
        int[][] found = new int[prompts.size()][];
        int[] lengths = prompts.stream().mapToInt(prompt -> prompt.length).toArray();
        for (List<Integer> rows : LikeLengths.batches(lengths, settings.batchSize())) {
            List<int[]> whole = batch(rows.stream().map(prompts::get).toList());
            for (int i = 0; i < rows.size(); i++) {
                int[] sequence = whole.get(i);
                found[rows.get(i)] = Arrays.copyOfRange(sequence, prompts.get(rows.get(i)).length, sequence.length);
            }
        }
        return List.of(found);
    }

    private List<int[]> batch(List<int[]> prompts) {
        List<RandomGenerator> random =
                prompts.stream().map(settings.sampling()::random).toList();
        try (Decoding decoding = model.decode(prompts, context, settings.maxNewTokens())) {
            for (int i = 0; i < settings.maxNewTokens() && !decoding.open().isEmpty(); i++) {
                decoding.append(next(decoding, random));
            }
            List<int[]> sequences = new ArrayList<>();
            for (int row = 0; row < prompts.size(); row++) {
                sequences.add(decoding.sequence(row));
            }
            return sequences;
        }
    }

    private int[] next(Decoding decoding, List<RandomGenerator> random) {
        List<Integer> rows = decoding.open();
        float[][] logits = decoding.logits();
        int[] next = new int[logits.length];
        for (int i = 0; i < next.length; i++) {
            int drawn = settings.sampling().draw(logits[i], random.get(rows.get(i)));
            next[i] = drawn == settings.stopTokenId() || ends.test(drawn) ? Decoding.END : drawn;
        }
        return next;
    }
}

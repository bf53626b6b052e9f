package io.sparkmics.scoring;

import io.sparkmics.tokenizer.Tokenizer;
import io.sparkmics.tokenizer.TokenizerSource;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.spark.api.java.function.MapPartitionsFunction;

/** Continues one text, token by token, in the one task of its job. */
public record Generation(ModelSource source, TokenizerSource tokenizer, String prompt, int tokens, Sampling sampling)
        implements MapPartitionsFunction<Long, String> {

    public Generation {
        if (tokens < 0) {
            throw new IllegalArgumentException(
                    "Cannot generate " + tokens + " tokens: the number is negative. Ask for 0 or more.");
        }
    }

    /** @throws IllegalArgumentException where the model's tokenizer is not known */
    public static Generation of(ModelSource source, String prompt, int tokens, Sampling sampling) {
        TokenizerSource tokenizer = TokenizerSource.of(
                source.config().vocabularySize(),
                source.version().path(),
                source.hadoop().value());
        return new Generation(source, tokenizer, prompt, tokens, sampling);
    }

    @Override
    public Iterator<String> call(Iterator<Long> unused) {
        try (ModelCache.Lease lease = ModelCache.OF_THIS_PROCESS.acquire(source);
                Tokenizer opened = tokenizer.open()) {
            SplittableRandom random = new SplittableRandom(sampling.seed());
            int context = source.config().context();
            int[] begun = opened.beginning(prompt);
            int[] text = begun;
            for (int i = 0; i < tokens; i++) {
                int[] seen = Arrays.copyOfRange(text, Math.max(0, text.length - context), text.length);
                int next = sampling.draw(lease.model().nextLogits(seen), random);
                if (opened.isEnd(next)) {
                    break;
                }
                text = Arrays.copyOf(text, text.length + 1);
                text[text.length - 1] = next;
            }
            return List.of(continued(opened, begun, text)).iterator();
        }
    }

    /** The prompt as it was typed, where the tokenizer gives it back at the beginning of the whole; else what it gives. */
    private String continued(Tokenizer opened, int[] begun, int[] text) {
        String whole = opened.decode(text);
        String beginning = opened.decode(begun);
        return whole.startsWith(beginning) ? prompt + whole.substring(beginning.length()) : whole;
    }
}

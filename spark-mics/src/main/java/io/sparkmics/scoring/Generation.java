package io.sparkmics.scoring;

import io.sparkmics.data.ByteTokenizer;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.spark.api.java.function.MapPartitionsFunction;

/** Continues one text, token by token, in the one task of its job. */
public record Generation(ModelSource source, String prompt, int tokens, Sampling sampling)
        implements MapPartitionsFunction<Long, String> {

    /** @throws IllegalArgumentException for a model whose tokens are not the built-in tokenizer's */
    public Generation {
        int vocabularySize = source.config().vocabularySize();
        if (vocabularySize != ByteTokenizer.VOCABULARY_SIZE) {
            throw new IllegalArgumentException("Cannot generate text: the model has a vocabulary of " + vocabularySize
                    + ", and only the byte-level one of " + ByteTokenizer.VOCABULARY_SIZE
                    + " is known here. Load the saved model with the library that has its tokenizer.");
        }
        if (tokens < 0) {
            throw new IllegalArgumentException(
                    "Cannot generate " + tokens + " tokens: the number is negative. Ask for 0 or more.");
        }
    }

    @Override
    public Iterator<String> call(Iterator<Long> unused) {
        try (ModelCache.Lease lease = ModelCache.OF_THIS_PROCESS.acquire(source)) {
            SplittableRandom random = new SplittableRandom(sampling.seed());
            int context = source.config().context();
            // A text without a beginning begins where another one ended.
            int[] text = prompt.isEmpty() ? new int[] {ByteTokenizer.END_OF_TEXT} : ByteTokenizer.encode(prompt);
            for (int i = 0; i < tokens; i++) {
                int[] seen = Arrays.copyOfRange(text, Math.max(0, text.length - context), text.length);
                int next = sampling.draw(lease.model().nextLogits(seen), random);
                if (next == ByteTokenizer.END_OF_TEXT) {
                    break;
                }
                text = Arrays.copyOf(text, text.length + 1);
                text[text.length - 1] = next;
            }
            return List.of(ByteTokenizer.decode(text)).iterator();
        }
    }
}

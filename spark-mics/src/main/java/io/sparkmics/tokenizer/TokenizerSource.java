package io.sparkmics.tokenizer;

import io.sparkmics.checkpoint.HuggingFaceFolder;
import io.sparkmics.data.ByteTokenizer;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * The tokenizer of a saved model, to be opened where it is needed.
 *
 * @param file null: the built-in one
 * @param ends the ids that end a text; of the built-in one none is said
 */
public record TokenizerSource(TokenizerFile file, List<Integer> ends) implements Serializable {

    public TokenizerSource {
        ends = List.copyOf(ends);
    }

    /**
     * @param folder of the weights
     * @throws IllegalArgumentException when the model's ids are not the built-in tokenizer's, and no other lies there
     */
    public static TokenizerSource of(int vocabularySize, Path folder, Configuration hadoop) {
        if (vocabularySize == ByteTokenizer.VOCABULARY_SIZE) {
            return new TokenizerSource(null, List.of());
        }
        HuggingFaceFolder files = new HuggingFaceFolder(folder, hadoop);
        try {
            if (!files.contents().containsKey(TokenizerFile.FILE)) {
                throw new IllegalArgumentException(
                        "Cannot generate text: the model has a vocabulary of " + vocabularySize
                                + ", " + folder + " has no " + TokenizerFile.FILE + ", and the built-in tokenizer has "
                                + ByteTokenizer.VOCABULARY_SIZE + " ids. Put the tokenizer's files there.");
            }
        } catch (IOException e) {
            throw new IllegalStateException("Cannot look for a tokenizer in " + folder + ": " + e.getMessage(), e);
        }
        return new TokenizerSource(TokenizerFile.read(folder, hadoop), ends(folder, hadoop));
    }

    /**
     * The ids that end a text: as {@code generation_config.json} says, where it lies there, else {@code config.json}.
     *
     * @param folder of the weights
     */
    public static List<Integer> ends(Path folder, Configuration hadoop) {
        return new HuggingFaceFolder(folder, hadoop).endOfGenerationIds();
    }

    /** The caller's to close. */
    public Tokenizer open() {
        return file == null ? new ByteLevel() : new OfModel(PretrainedTokenizer.of(file), ends);
    }

    private record OfModel(PretrainedTokenizer tokenizer, List<Integer> ends) implements Tokenizer {

        @Override
        public int[] beginning(String text) {
            int[] ids = tokenizer.encode(text, true);
            if (ids.length == 0) {
                // A text without a beginning begins where another one ended.
                return new int[] {ends.isEmpty() ? 0 : ends.get(0)};
            }
            return ids;
        }

        @Override
        public String decode(int[] ids) {
            return tokenizer.decode(ids);
        }

        @Override
        public boolean isEnd(int id) {
            return ends.contains(id);
        }

        @Override
        public void close() {
            tokenizer.close();
        }
    }
}

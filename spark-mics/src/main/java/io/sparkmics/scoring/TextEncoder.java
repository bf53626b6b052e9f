package io.sparkmics.scoring;

import io.sparkmics.model.ModelConfig;
import io.sparkmics.tokenizer.PretrainedTokenizer;
import io.sparkmics.tokenizer.TokenizerFile;
import java.io.Serializable;
import java.util.Arrays;

/**
 * What an encoder reads of a row: its ids, as many as the model takes. Of a text that is cut the last special token stays, as
 * Hugging Face's library cuts it.
 *
 * @param file null where rows hold ids
 */
record TextEncoder(TokenizerFile file, boolean specialTokens, ModelConfig model) implements Serializable {

    /** The caller's to close; null where rows hold ids. */
    PretrainedTokenizer open() {
        return file == null ? null : PretrainedTokenizer.of(file);
    }

    /**
     * @param content a text or a sequence of ids; null: none
     * @param tokenizer what {@link #open} gave
     */
    int[] encode(Object content, PretrainedTokenizer tokenizer) {
        boolean text = content instanceof String;
        int[] ids = text
                ? tokenizer.encode((String) content, specialTokens)
                : RowTokens.of(content, model.vocabularySize());
        if (ids.length <= model.context()) {
            return ids;
        }
        int[] cut = Arrays.copyOf(ids, model.context());
        if (text && specialTokens) {
            int[] around = tokenizer.encode("", true);
            if (around.length > 1 && around[around.length - 1] == ids[ids.length - 1]) {
                cut[cut.length - 1] = ids[ids.length - 1];
            }
        }
        return cut;
    }
}

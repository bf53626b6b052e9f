package io.sparkmics.job.export;

import io.sparkmics.checkpoint.HuggingFaceFolder;
import io.sparkmics.data.ByteTokenizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What Hugging Face's libraries need to give a text the ids of {@link ByteTokenizer}: a byte-pair encoding without pairs, of
 * which the 256 bytes are left.
 *
 * @param context the most tokens that the model takes at once
 */
record ByteTokenizerFiles(int context) {

    private static final String END = "<|endoftext|>";

    void write(HuggingFaceFolder folder) {
        folder.writeJson("tokenizer.json", tokenizer());
        folder.writeJson("tokenizer_config.json", config());
    }

    private static Map<String, Object> tokenizer() {
        Map<String, Object> tokenizer = new LinkedHashMap<>();
        tokenizer.put("version", "1.0");
        tokenizer.put("added_tokens", List.of(end()));
        tokenizer.put("pre_tokenizer", byteLevel());
        tokenizer.put("decoder", byteLevel());
        tokenizer.put("model", ordered("type", "BPE", "vocab", vocabulary(), "merges", List.of()));
        return tokenizer;
    }

    private static Map<String, Object> end() {
        return ordered(
                "id", ByteTokenizer.END_OF_TEXT,
                "content", END,
                "single_word", false,
                "lstrip", false,
                "rstrip", false,
                "normalized", false,
                "special", true);
    }

    private static Map<String, Object> byteLevel() {
        return ordered("type", "ByteLevel", "add_prefix_space", false, "trim_offsets", true, "use_regex", false);
    }

    /** In this order: Java's own small maps have another one in each process, and saved models would differ. */
    private static Map<String, Object> ordered(Object... namesAndValues) {
        Map<String, Object> ordered = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            ordered.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return ordered;
    }

    /** GPT-2's characters for bytes: those that can be printed stand for themselves, the others for what follows U+00FF. */
    private static Map<String, Integer> vocabulary() {
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        int next = 256;
        for (int id = 0; id < 256; id++) {
            boolean printable = id > ' ' && id <= '~' || id > 0xA0 && id != 0xAD;
            vocabulary.put(Character.toString(printable ? id : next++), id);
        }
        vocabulary.put(END, ByteTokenizer.END_OF_TEXT);
        return vocabulary;
    }

    private Map<String, Object> config() {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("tokenizer_class", "PreTrainedTokenizerFast");
        config.put("model_max_length", context);
        // Both would change the text: spaces before punctuation go, and a text about the end of texts would end.
        config.put("clean_up_tokenization_spaces", false);
        config.put("split_special_tokens", true);
        config.put("bos_token", END);
        config.put("eos_token", END);
        return config;
    }
}

package io.sparkmics.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparkmics.bootstrap.machine.NativeLibraries;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What Hugging Face's own library makes of a {@code tokenizer.json}: the same ids as in Python. Native memory, the caller's to
 * close. Thread-safe.
 */
public final class PretrainedTokenizer implements AutoCloseable {

    /** Nothing is cut and nothing filled up: what becomes of long and short texts is the training's to say. */
    private static final Map<String, String> OPTIONS = Map.of("truncation", "false", "padding", "false");

    /** Where the library looks for its native part. */
    private static final List<String> FOLDERS = List.of("RUST_LIBRARY_PATH", "ENGINE_CACHE_DIR", "DJL_CACHE_DIR");

    private static final JsonMapper JSON = new JsonMapper();

    private final TokenizerFile file;
    private final HuggingFaceTokenizer tokenizer;

    private PretrainedTokenizer(TokenizerFile file, HuggingFaceTokenizer tokenizer) {
        this.file = file;
        this.tokenizer = tokenizer;
    }

    /** @throws IllegalArgumentException when the library cannot read it */
    public static PretrainedTokenizer of(TokenizerFile file) {
        keepToOurselves();
        return new PretrainedTokenizer(file, load(file, file.splitSpecialTokens()));
    }

    private static HuggingFaceTokenizer load(TokenizerFile file, boolean split) {
        try {
            byte[] content = split ? withoutSpecialTokens(file.content()) : file.content();
            return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(content), OPTIONS);
        } catch (IOException | RuntimeException e) {
            throw new IllegalArgumentException(
                    "Cannot read the tokenizer " + file.name() + ": " + e.getMessage()
                            + ". Save it with save_pretrained of a tokenizer that is fast.",
                    e);
        }
    }

    /** So they are not found in a text: Python sets a switch for that, which there is not here. */
    private static byte[] withoutSpecialTokens(byte[] content) throws IOException {
        ObjectNode tokenizer = JSON.readValue(content, ObjectNode.class);
        ArrayNode others = JSON.createArrayNode();
        tokenizer.path("added_tokens").forEach(token -> {
            if (!token.path("special").asBoolean()) {
                others.add(token);
            }
        });
        tokenizer.set("added_tokens", others);
        return JSON.writeValueAsBytes(tokenizer);
    }

    /**
     * The library around it tells its makers of each use in their cloud, and looks for GPUs and for files to load from afar. What
     * it loads from where variables of the environment say, must be this user's own.
     */
    private static void keepToOurselves() {
        setUnlessSet("OPT_OUT_TRACKING", "true");
        setUnlessSet("ai.djl.offline", "true");
        setUnlessSet("RUST_FLAVOR", "cpu");
        setUnlessSet("DJL_CACHE_DIR", NativeLibraries.cache().toString());
        for (String folder : FOLDERS) {
            String chosen = System.getenv(folder) == null ? System.getProperty(folder) : System.getenv(folder);
            if (chosen != null) {
                NativeLibraries.requireOwn(Path.of(chosen), "leave " + folder + " unset");
            }
        }
    }

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /**
     * @param specialTokens whether those are added that the tokenizer puts before or behind a text
     */
    public int[] encode(String text, boolean specialTokens) {
        return Arrays.stream(tokenizer.encode(text, specialTokens, false).getIds())
                .mapToInt(Math::toIntExact)
                .toArray();
    }

    /** The text of ids, special tokens as they are written. */
    public String decode(int[] ids) {
        long[] all = Arrays.stream(ids).asLongStream().toArray();
        if (!file.splitSpecialTokens()) {
            return tokenizer.decode(all, false);
        }
        try (HuggingFaceTokenizer whole = load(file, false)) {
            return whole.decode(all, false);
        }
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}

package io.sparkmics.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sparkmics.checkpoint.CheckpointException;
import io.sparkmics.checkpoint.HuggingFaceFolder;
import io.sparkmics.checkpoint.StorageCall;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A {@code tokenizer.json} as it lay on the storage: read once on the driver, it travels with the work.
 *
 * @param name where it was, for messages
 * @param splitSpecialTokens whether a special token that is written in a text is text, as {@code tokenizer_config.json} says
 */
public record TokenizerFile(String name, byte[] content, boolean splitSpecialTokens) implements Serializable {

    static final String FILE = "tokenizer.json";
    private static final String CONFIG = "tokenizer_config.json";

    /** The largest known has a tenth of it. */
    private static final int MOST_BYTES = 256 << 20;

    /**
     * @param path of the file, of the folder that it lies in, or of a saved model of ours
     * @throws CheckpointException when it is not there, or the storage does not answer
     */
    public static TokenizerFile read(Path path, Configuration hadoop) {
        return StorageCall.call("read the tokenizer " + path, () -> {
            FileSystem files = path.getFileSystem(hadoop);
            Path file = find(path, files);
            Path config = new Path(file.getParent(), CONFIG);
            return new TokenizerFile(
                    file.toString(), content(file, files), files.exists(config) && splits(content(config, files)));
        });
    }

    /**
     * How many ids there are: one more than the largest.
     *
     * @throws IllegalArgumentException when it is no such file
     */
    public int size() {
        try {
            JsonNode tokenizer = new JsonMapper().readTree(content);
            JsonNode vocabulary = tokenizer.path("model").path("vocab");
            // A list tells ids by its order.
            int largest = vocabulary.isArray() ? vocabulary.size() - 1 : -1;
            if (vocabulary.isObject()) {
                for (JsonNode id : vocabulary) {
                    largest = Math.max(largest, id.asInt());
                }
            }
            for (JsonNode token : tokenizer.path("added_tokens")) {
                largest = Math.max(largest, token.path("id").asInt());
            }
            return largest + 1;
        } catch (IOException e) {
            throw new IllegalArgumentException("Cannot read the tokenizer " + name + ": " + e.getMessage(), e);
        }
    }

    /** Whether there is one in a folder, or in a saved model of ours. */
    public static boolean isIn(Path folder, Configuration hadoop) {
        return StorageCall.call("look for a tokenizer in " + folder, () -> {
            FileSystem files = folder.getFileSystem(hadoop);
            return files.exists(new Path(folder, FILE))
                    || files.exists(new Path(new Path(folder, HuggingFaceFolder.NAME), FILE));
        });
    }

    private static Path find(Path path, FileSystem files) throws IOException {
        Path inside = new Path(path, FILE);
        Path ours = new Path(new Path(path, HuggingFaceFolder.NAME), FILE);
        if (files.exists(ours) || files.exists(inside)) {
            return files.exists(ours) ? ours : inside;
        }
        if (files.exists(path) && files.getFileStatus(path).isDirectory()) {
            throw new CheckpointException("Cannot read the tokenizer in " + path + ": there is no " + FILE
                    + ". Save it with save_pretrained of a tokenizer that is fast.");
        }
        return path;
    }

    private static byte[] content(Path file, FileSystem files) throws IOException {
        try (InputStream in = files.open(file)) {
            byte[] content = in.readNBytes(MOST_BYTES + 1);
            if (content.length > MOST_BYTES) {
                throw new CheckpointException("Cannot read the tokenizer " + file + ": it has more than " + MOST_BYTES
                        + " bytes, which no tokenizer has.");
            }
            return content;
        }
    }

    private static boolean splits(byte[] config) throws IOException {
        JsonNode split = new JsonMapper().readTree(config).path("split_special_tokens");
        return split.asBoolean();
    }
}

package io.sparkmics.checkpoint.pretrained;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sparkmics.checkpoint.CheckpointException;
import io.sparkmics.checkpoint.StorageCall;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Which of several files has which tensor. */
final class PretrainedIndex {

    private static final int MOST_BYTES = 16 << 20;

    /** Of this folder, and no other. */
    private static final Pattern FILE = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]*\\.safetensors");

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    @JsonIgnoreProperties(ignoreUnknown = true)
    private record Content(@JsonProperty("weight_map") Map<String, String> weightMap) {}

    private final Path path;
    private final Map<String, String> files;

    private PretrainedIndex(Path path, Map<String, String> files) {
        this.path = path;
        this.files = files;
    }

    /** @throws CheckpointException when it is not such an index, or names a file that is not beside it */
    static PretrainedIndex read(Path path, Configuration hadoop) {
        byte[] bytes = StorageCall.call("read " + path, () -> {
            try (InputStream in = path.getFileSystem(hadoop).open(path)) {
                return in.readNBytes(MOST_BYTES + 1);
            }
        });
        if (bytes.length > MOST_BYTES) {
            throw wrong(path, "it has more than " + MOST_BYTES + " bytes");
        }
        try {
            Map<String, String> files = JSON.readValue(bytes, Content.class).weightMap();
            if (files == null || files.isEmpty()) {
                throw wrong(path, "it has no weight_map");
            }
            for (String file : files.values()) {
                if (file == null || !FILE.matcher(file).matches()) {
                    throw wrong(path, "it names the file " + file + ", which is none of this folder's");
                }
            }
            return new PretrainedIndex(path, files);
        } catch (JsonProcessingException e) {
            throw wrong(path, e.getOriginalMessage());
        } catch (IOException e) {
            throw wrong(path, e.getMessage());
        }
    }

    SortedSet<String> files() {
        return new TreeSet<>(files.values());
    }

    /**
     * @param found the file's name by the tensor's
     * @throws CheckpointException when a tensor is not in the file that the index says
     */
    void requireNames(Map<String, String> found) {
        files.forEach((tensor, file) -> {
            if (!file.equals(found.get(tensor))) {
                throw wrong(path, "tensor " + tensor + " is not in " + file + ", as it says");
            }
        });
    }

    private static CheckpointException wrong(Path path, String reason) {
        return new CheckpointException(
                "Cannot read " + path + ": " + reason + ". Save the model again with save_pretrained.");
    }
}

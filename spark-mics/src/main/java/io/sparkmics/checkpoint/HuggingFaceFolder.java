package io.sparkmics.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sparkmics.checkpoint.manifest.ShardFile;
import io.sparkmics.checkpoint.manifest.ShardFileJson;
import io.sparkmics.checkpoint.safetensors.SafetensorsHeader;
import io.sparkmics.checkpoint.safetensors.SafetensorsReader;
import io.sparkmics.checkpoint.safetensors.SafetensorsWriter;
import io.sparkmics.checkpoint.safetensors.TensorChecksum;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.Path;

/**
 * A folder that Python's {@code from_pretrained} takes: {@code config.json} and {@code model.safetensors}. The weights are
 * the last to appear: where they are, the folder is whole.
 */
public final class HuggingFaceFolder {

    /** What the folder is called beside spark.ml's metadata. */
    public static final String NAME = "huggingface";

    private static final String CONFIG = "config.json";
    private static final String GENERATION = "generation_config.json";
    private static final String WEIGHTS = "model.safetensors";
    static final String CHECKSUMS = "checksums.json";
    private static final int MOST_BYTES = 1 << 20;

    private static final List<String> TOKENIZER = List.of(
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "vocab.json",
            "vocab.txt",
            "merges.txt",
            "tokenizer.model",
            "chat_template.jinja",
            GENERATION);

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(SerializationFeature.INDENT_OUTPUT)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final Path folder;
    private final Configuration hadoop;

    public HuggingFaceFolder(Path folder, Configuration hadoop) {
        this.folder = folder;
        this.hadoop = hadoop;
    }

    /** The file of the weights, there or not. */
    public Path weights() {
        return new Path(folder, WEIGHTS);
    }

    /** Writes {@code config.json}, over an older one. */
    public void writeConfig(Map<String, ?> config) {
        writeJson(CONFIG, config);
    }

    /** Writes another file of JSON, over an older one. */
    public void writeJson(String name, Map<String, ?> content) {
        Path file = new Path(folder, name);
        try (OutputStream out = file.getFileSystem(hadoop).create(file, true)) {
            out.write(JSON.writeValueAsBytes(content));
            out.write('\n');
        } catch (IOException e) {
            throw new CheckpointException("Cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    /** Why {@link #writeConfig} could not write this; empty where it could. */
    public static Optional<String> configProblem(Map<String, ?> config) {
        if (config == null) {
            return Optional.of("it is null");
        }
        try {
            JSON.writeValueAsBytes(config);
            return Optional.empty();
        } catch (JsonProcessingException e) {
            return Optional.of(e.getOriginalMessage());
        }
    }

    /** Reads {@code config.json}. */
    public Map<String, Object> readConfig() {
        return readJson(new Path(folder, CONFIG));
    }

    /** Reads {@code generation_config.json}, where there is one. */
    public Optional<Map<String, Object>> readGenerationConfig() {
        Path file = new Path(folder, GENERATION);
        boolean there = StorageCall.call(
                "look for " + file, () -> file.getFileSystem(hadoop).exists(file));
        return there ? Optional.of(readJson(file)) : Optional.empty();
    }

    private Map<String, Object> readJson(Path file) {
        try (InputStream in = file.getFileSystem(hadoop).open(file)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new CheckpointException("Cannot read " + file + ": it has more than " + MOST_BYTES
                        + " bytes, which no configuration has.");
            }
            return JSON.readValue(bytes, new TypeReference<Map<String, Object>>() {});
        } catch (IOException e) {
            throw new CheckpointException("Cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /** The files that lie here, and how many bytes each has; empty where there is no folder. */
    public SortedMap<String, Long> contents() throws IOException {
        SortedMap<String, Long> lengths = new TreeMap<>();
        FileSystem files = folder.getFileSystem(hadoop);
        if (!files.exists(folder)) {
            return lengths;
        }
        for (FileStatus file : files.listStatus(folder)) {
            // What begins with a dot is not finished and never will be.
            if (file.isFile() && !file.getPath().getName().startsWith(".")) {
                lengths.put(file.getPath().getName(), file.getLen());
            }
        }
        return lengths;
    }

    /**
     * Copies these files to another folder, over what is there, the weights last. The bytes pass through this JVM, unchecked:
     * whoever reads them checks them.
     */
    public void copyTo(Path target) throws IOException {
        FileSystem from = folder.getFileSystem(hadoop);
        FileSystem to = target.getFileSystem(hadoop);
        to.mkdirs(target);
        // Those of other weights would refuse these.
        to.delete(new Path(target, CHECKSUMS), false);
        List<String> names = new ArrayList<>(contents().keySet());
        names.sort(Comparator.comparing(WEIGHTS::equals));
        for (String name : names) {
            FileUtil.copy(from, new Path(folder, name), to, new Path(target, name), false, true, hadoop);
        }
    }

    /** Copies the files of a tokenizer, and how text is generated with it, from another folder that has them. */
    public void copyTokenizer(Path other) {
        for (String name : TOKENIZER) {
            Path file = new Path(other, name);
            StorageCall.run("copy " + file, () -> {
                FileSystem from = file.getFileSystem(hadoop);
                if (from.exists(file)) {
                    FileUtil.copy(
                            from, file, folder.getFileSystem(hadoop), new Path(folder, name), false, true, hadoop);
                }
            });
        }
    }

    /** Begins {@code model.safetensors}; before it has its name, {@code checksums.json} lies beside it. */
    public SafetensorsWriter writeWeights(SafetensorsHeader header) {
        return SafetensorsWriter.create(
                weights(), header, checksums -> writeChecksums(header.fileLength(), checksums), hadoop);
    }

    private void writeChecksums(long length, List<TensorChecksum> checksums) {
        Path file = new Path(folder, CHECKSUMS);
        // Of a writing that broke off: there are no weights that it could speak of.
        StorageCall.run("write " + file, () -> file.getFileSystem(hadoop).delete(file, false));
        ShardFileJson.write(file, new ShardFile(WEIGHTS, length, checksums), hadoop);
    }

    /**
     * Opens {@code model.safetensors}. A tensor with an element that is not finite is refused when it is read; so is, where
     * {@code checksums.json} lies beside it, one that is not as it was written.
     */
    public SafetensorsReader readWeights() {
        return SafetensorsReader.openWeights(weights(), checksums(), hadoop);
    }

    /** Another program's folder has none. */
    Optional<List<TensorChecksum>> checksums() {
        Path file = new Path(folder, CHECKSUMS);
        return StorageCall.call("read " + file, () -> {
            FileSystem files = file.getFileSystem(hadoop);
            if (!files.exists(file)) {
                return Optional.empty();
            }
            ShardFile written = ShardFileJson.read(file, hadoop);
            long length = files.getFileStatus(weights()).getLen();
            if (length != written.length()) {
                throw new CheckpointException("Cannot read " + weights() + ": it has " + length + " bytes, and "
                        + written.length() + " were written, as " + CHECKSUMS + " says. The file is damaged; if another"
                        + " program has replaced it, delete " + CHECKSUMS + ".");
            }
            return Optional.of(written.tensors());
        });
    }
}

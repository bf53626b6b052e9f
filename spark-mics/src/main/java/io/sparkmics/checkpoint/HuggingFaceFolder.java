package io.sparkmics.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.sparkmics.checkpoint.safetensors.TensorInfo;
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
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.Path;

/**
 * A folder that Python's {@code from_pretrained} takes: {@code config.json}, and {@code model.safetensors} or several files of
 * weights and their index. The weights, or their index, are the last to appear: where they are, the folder is whole.
 */
public final class HuggingFaceFolder {

    /** What the folder is called beside spark.ml's metadata. */
    public static final String NAME = "huggingface";

    private static final String CONFIG = "config.json";
    private static final String GENERATION = "generation_config.json";
    private static final String ADAPTER = "adapter";
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
            "chat_template.jinja");

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
        return new Path(folder, WeightsFile.WHOLE);
    }

    /** Whether there are weights, in one file or in several. */
    public boolean hasWeights() throws IOException {
        FileSystem files = folder.getFileSystem(hadoop);
        return files.exists(weights()) || files.exists(new Path(folder, WeightFiles.INDEX));
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

    /** Removes the index of several files of weights, where there is one. */
    void deleteIndex() {
        Path index = new Path(folder, WeightFiles.INDEX);
        StorageCall.run("remove " + index, () -> index.getFileSystem(hadoop).delete(index, false));
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
        return readJson(CONFIG);
    }

    /** The tokens that end a text, as {@code config.json} says. */
    public List<Integer> endOfTextIds() {
        return endOfTextIds(readConfig());
    }

    /** The tokens that end what is generated: as {@code generation_config.json} says, where it lies there. */
    public List<Integer> endOfGenerationIds() {
        return readGenerationConfig().map(HuggingFaceFolder::endOfTextIds).orElseGet(this::endOfTextIds);
    }

    /** One, several, or none. */
    private static List<Integer> endOfTextIds(Map<String, Object> config) {
        Object said = config.get("eos_token_id");
        return (said instanceof List<?> several ? several.stream() : Stream.of(said))
                .filter(Integer.class::isInstance)
                .map(Integer.class::cast)
                .toList();
    }

    /** Reads {@code generation_config.json}, where there is one. */
    public Optional<Map<String, Object>> readGenerationConfig() {
        Path file = new Path(folder, GENERATION);
        boolean there = StorageCall.call(
                "look for " + file, () -> file.getFileSystem(hadoop).exists(file));
        return there ? Optional.of(readJson(GENERATION)) : Optional.empty();
    }

    /** Writes {@code generation_config.json}, over an older one. */
    public void writeGenerationConfig(Map<String, ?> config) {
        writeJson(GENERATION, config);
    }

    /** Reads another file of JSON. */
    public Map<String, Object> readJson(String name) {
        Path file = new Path(folder, name);
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

    /**
     * The files that lie here, and how many bytes each has; empty where there is no folder. Those of the adapter have its
     * folder's name before their own.
     */
    public SortedMap<String, Long> contents() throws IOException {
        SortedMap<String, Long> lengths = new TreeMap<>();
        addContents(folder, "", lengths);
        addContents(new Path(folder, ADAPTER), ADAPTER + "/", lengths);
        return lengths;
    }

    private void addContents(Path from, String prefix, SortedMap<String, Long> lengths) throws IOException {
        FileSystem files = from.getFileSystem(hadoop);
        if (!files.exists(from)) {
            return;
        }
        for (FileStatus file : files.listStatus(from)) {
            // What begins with a dot is not finished and never will be.
            if (file.isFile() && !file.getPath().getName().startsWith(".")) {
                lengths.put(prefix + file.getPath().getName(), file.getLen());
            }
        }
    }

    /**
     * Copies these files to another folder, over what is there, the weights last. The bytes pass through this JVM, unchecked:
     * whoever reads them checks them.
     */
    public void copyTo(Path target) throws IOException {
        FileSystem from = folder.getFileSystem(hadoop);
        FileSystem to = target.getFileSystem(hadoop);
        to.mkdirs(target);
        // Other weights would be taken for these, and their checksums would refuse these; so would another adapter.
        for (String name : new HuggingFaceFolder(target, hadoop).contents().keySet()) {
            if (name.endsWith(WeightsFile.SUFFIX)
                    || name.endsWith(WeightsFile.CHECKSUMS)
                    || name.equals(WeightFiles.INDEX)
                    || name.startsWith(ADAPTER + "/")) {
                to.delete(new Path(target, name), false);
            }
        }
        List<String> names = new ArrayList<>(contents().keySet());
        names.sort(Comparator.comparing(name -> name.equals(WeightsFile.WHOLE) || name.equals(WeightFiles.INDEX)));
        for (String name : names) {
            FileUtil.copy(from, new Path(folder, name), to, new Path(target, name), false, true, hadoop);
        }
    }

    /** Copies the files of a tokenizer from another folder that has them. */
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

    /** Where a PEFT adapter lies whose base the model was, there or not. */
    public Path adapter() {
        return new Path(folder, ADAPTER);
    }

    /**
     * Begins the weights, each file of which has its checksums beside it.
     *
     * @param tensors all of them, in the order in which they are written
     * @param maxShardSize bytes of tensors; where they are more there are several files, none of them with more, unless it has
     *     one tensor alone
     */
    public WeightsWriter writeWeights(List<TensorInfo> tensors, long maxShardSize) {
        return WeightsWriter.create(this, folder, tensors, maxShardSize, hadoop);
    }
}

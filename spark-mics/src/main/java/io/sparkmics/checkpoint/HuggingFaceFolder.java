package io.sparkmics.checkpoint;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
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
    private static final String WEIGHTS = "model.safetensors";
    private static final int MOST_BYTES = 1 << 20;

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
        Path file = new Path(folder, CONFIG);
        try (OutputStream out = file.getFileSystem(hadoop).create(file, true)) {
            out.write(JSON.writeValueAsBytes(config));
            out.write('\n');
        } catch (IOException e) {
            throw new CheckpointException("Cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    /** Reads {@code config.json}. */
    public Map<String, Object> readConfig() {
        Path file = new Path(folder, CONFIG);
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

    /** Copies these files to another folder, over what is there, the weights last. The bytes pass through this JVM. */
    public void copyTo(Path target) throws IOException {
        FileSystem from = folder.getFileSystem(hadoop);
        FileSystem to = target.getFileSystem(hadoop);
        to.mkdirs(target);
        List<String> names = new ArrayList<>(contents().keySet());
        names.sort(Comparator.comparing(WEIGHTS::equals));
        for (String name : names) {
            FileUtil.copy(from, new Path(folder, name), to, new Path(target, name), false, true, hadoop);
        }
    }

    /** Begins {@code model.safetensors}. */
    public SafetensorsWriter writeWeights(SafetensorsHeader header) {
        return SafetensorsWriter.create(weights(), header, hadoop);
    }

    /** Opens {@code model.safetensors}. */
    public SafetensorsReader readWeights() {
        return SafetensorsReader.open(weights(), hadoop);
    }
}

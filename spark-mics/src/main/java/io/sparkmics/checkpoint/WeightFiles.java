package io.sparkmics.checkpoint;

import io.sparkmics.checkpoint.safetensors.SafetensorsReader;
import io.sparkmics.checkpoint.safetensors.TensorChecksum;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.Path;

/** The weights of a folder, in one file or in several. */
public final class WeightFiles {

    private static final String SUFFIX = ".safetensors";
    private static final String INDEX = "model.safetensors.index.json";

    private final Path folder;
    private final Configuration hadoop;
    private final HuggingFaceFolder contents;

    public WeightFiles(Path folder, Configuration hadoop) {
        this.folder = folder;
        this.hadoop = hadoop;
        this.contents = new HuggingFaceFolder(folder, hadoop);
    }

    /**
     * {@code model.safetensors}, or where there is none all files of that kind, by name.
     *
     * @throws FileNotFoundException where there are none
     */
    public List<Path> paths() throws IOException {
        Path whole = contents.weights();
        if (folder.getFileSystem(hadoop).exists(whole)) {
            return List.of(whole);
        }
        List<Path> parts = contents.contents().keySet().stream()
                .filter(name -> name.endsWith(SUFFIX))
                .map(name -> new Path(folder, name))
                .toList();
        if (parts.isEmpty()) {
            throw new FileNotFoundException("File " + whole + " does not exist");
        }
        return parts;
    }

    /** Copies them, and what tells of them, to another folder that has none. */
    public void copyTo(Path target) throws IOException {
        FileSystem from = folder.getFileSystem(hadoop);
        FileSystem to = target.getFileSystem(hadoop);
        List<Path> copied = new ArrayList<>(paths());
        for (String name : List.of(INDEX, HuggingFaceFolder.CHECKSUMS)) {
            Path file = new Path(folder, name);
            if (from.exists(file)) {
                copied.add(file);
            }
        }
        for (Path file : copied) {
            FileUtil.copy(from, file, to, new Path(target, file.getName()), false, true, hadoop);
        }
    }

    /**
     * Reads them all.
     *
     * @throws CheckpointException as {@link HuggingFaceFolder#readWeights}
     */
    public void check() throws IOException {
        for (Path file : paths()) {
            Optional<List<TensorChecksum>> checksums =
                    file.equals(contents.weights()) ? contents.checksums() : Optional.empty();
            try (SafetensorsReader reader = SafetensorsReader.openWeights(file, checksums, hadoop)) {
                reader.check();
            }
        }
    }
}

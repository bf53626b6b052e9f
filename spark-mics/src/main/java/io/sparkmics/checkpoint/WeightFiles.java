package io.sparkmics.checkpoint;

import io.sparkmics.checkpoint.safetensors.SafetensorsReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.Path;

/** The weights of a folder, in one file or in several. */
public final class WeightFiles {

    /** What says which of several files has which tensor. */
    public static final String INDEX = "model.safetensors.index.json";

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
                // An adapter's have its folder before their name.
                .filter(name -> name.endsWith(WeightsFile.SUFFIX) && !name.contains("/"))
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
        List<Path> copied = new ArrayList<>(List.of(new Path(folder, INDEX)));
        for (Path file : paths()) {
            copied.add(file);
            copied.add(new WeightsFile(file, hadoop).checksumsPath());
        }
        for (Path file : copied) {
            if (from.exists(file)) {
                FileUtil.copy(from, file, to, new Path(target, file.getName()), false, true, hadoop);
            }
        }
    }

    /**
     * Reads them all.
     *
     * @throws CheckpointException as {@link HuggingFaceFolder#readWeights}
     */
    public void check() throws IOException {
        for (Path file : paths()) {
            try (SafetensorsReader reader = new WeightsFile(file, hadoop).read()) {
                reader.check();
            }
        }
    }
}

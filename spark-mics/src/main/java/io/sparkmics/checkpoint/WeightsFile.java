package io.sparkmics.checkpoint;

import io.sparkmics.checkpoint.manifest.ShardFile;
import io.sparkmics.checkpoint.manifest.ShardFileJson;
import io.sparkmics.checkpoint.safetensors.SafetensorsHeader;
import io.sparkmics.checkpoint.safetensors.SafetensorsReader;
import io.sparkmics.checkpoint.safetensors.SafetensorsWriter;
import io.sparkmics.checkpoint.safetensors.TensorChecksum;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A file of a saved model's weights, and beside it one that says how it was written: {@code checksums.json} of {@code
 * model.safetensors}, {@code model-00001-of-00002.checksums.json} of a part.
 */
record WeightsFile(Path path, Configuration hadoop) {

    static final String WHOLE = "model.safetensors";
    static final String CHECKSUMS = "checksums.json";
    static final String SUFFIX = ".safetensors";

    /** The file that says how this one was written, there or not. */
    Path checksumsPath() {
        String name = path.getName();
        String stem = name.substring(0, name.length() - SUFFIX.length());
        return new Path(path.getParent(), name.equals(WHOLE) ? CHECKSUMS : stem + "." + CHECKSUMS);
    }

    /** Begins the file; before it has its name, its checksums lie beside it. */
    SafetensorsWriter write(SafetensorsHeader header) {
        return SafetensorsWriter.create(path, header, tensors -> writeChecksums(header.fileLength(), tensors), hadoop);
    }

    private void writeChecksums(long length, List<TensorChecksum> tensors) {
        Path file = checksumsPath();
        // Of a writing that broke off: there are no weights that it could speak of.
        StorageCall.run("write " + file, () -> file.getFileSystem(hadoop).delete(file, false));
        ShardFileJson.write(file, new ShardFile(path.getName(), length, tensors), hadoop);
    }

    /**
     * Opens the file. A tensor with an element that is not finite is refused when it is read; so is, where checksums lie beside
     * it, one that is not as it was written.
     */
    SafetensorsReader read() {
        return SafetensorsReader.openWeights(path, checksums(), hadoop);
    }

    /** Another program's folder has none. */
    private Optional<List<TensorChecksum>> checksums() {
        Path file = checksumsPath();
        return StorageCall.call("read " + file, () -> {
            FileSystem files = file.getFileSystem(hadoop);
            if (!files.exists(file)) {
                return Optional.empty();
            }
            ShardFile written = ShardFileJson.read(file, hadoop);
            long length = files.getFileStatus(path).getLen();
            if (length != written.length()) {
                throw new CheckpointException("Cannot read " + path + ": it has " + length + " bytes, and "
                        + written.length() + " were written, as " + file.getName() + " says. The file is damaged; if"
                        + " another program has replaced it, delete " + file.getName() + ".");
            }
            return Optional.of(written.tensors());
        });
    }

    /** Removes both, where they are. */
    void delete() {
        for (Path file : List.of(path, checksumsPath())) {
            StorageCall.run("remove " + file, () -> file.getFileSystem(hadoop).delete(file, false));
        }
    }
}

package io.sparkmics.checkpoint;

import io.sparkmics.checkpoint.manifest.CheckpointId;
import io.sparkmics.checkpoint.manifest.Manifest;
import io.sparkmics.checkpoint.manifest.ManifestJson;
import io.sparkmics.checkpoint.manifest.ShardFile;
import io.sparkmics.checkpoint.manifest.ShardFileJson;
import java.io.FileNotFoundException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** The folder of one checkpoint: torn until its manifest is there and fits the shards beside it. Thread-safe. */
public final class CheckpointFolder {

    /** Written last: where it is whole, the checkpoint is committed. */
    public static final String MANIFEST = "manifest.json";

    /** Every step of the run until the checkpoint. */
    public static final String METRICS = "metrics.jsonl";

    private final Path path;
    private final Configuration hadoop;

    /** @param path there or not */
    public CheckpointFolder(Path path, Configuration hadoop) {
        this.hadoop = hadoop;
        this.path = StorageCall.call(
                "use the checkpoint " + path, () -> path.getFileSystem(hadoop).makeQualified(path));
    }

    /** Qualified. */
    public Path path() {
        return path;
    }

    /** What its name says; empty where somebody has given it another one. */
    public Optional<CheckpointId> id() {
        return CheckpointId.ofFolderName(path.getName());
    }

    /**
     * What the ranks of a partition group have written.
     *
     * @param of how many ranks there are
     * @return by rank; empty until all are there
     * @throws CheckpointException when a part is damaged, or its shard is not there as written
     */
    public Optional<List<ShardFile>> parts(int of) {
        Map<String, Long> lengths = lengths();
        for (int index = 0; index < of; index++) {
            if (!lengths.containsKey(ShardFile.partName(index, of))) {
                return Optional.empty();
            }
        }
        List<ShardFile> parts = new ArrayList<>();
        for (int index = 0; index < of; index++) {
            Path part = new Path(path, ShardFile.partName(index, of));
            Optional<ShardFile> shard = ShardFileJson.readIfWhole(part, hadoop);
            if (shard.isEmpty()) {
                return Optional.empty();
            }
            if (!shard.get().file().equals(ShardFile.name(index, of))) {
                throw new CheckpointException(
                        "Cannot read " + part + ": it speaks of " + shard.get().file() + ". Delete the folder.");
            }
            requireLength(shard.get(), lengths);
            parts.add(shard.get());
        }
        return Optional.of(List.copyOf(parts));
    }

    /**
     * Makes a checkpoint of the shards that are here. Only one can ever do so.
     *
     * @throws CheckpointException when the manifest does not fit this folder, is already there, or cannot be written; the
     *     folder is torn then, or as it was
     */
    public void commit(Manifest manifest) {
        requireOwn(manifest);
        requireLengths(manifest);
        ManifestJson.write(new Path(path, MANIFEST), manifest, hadoop);
    }

    /**
     * What the checkpoint says of itself, once it is known that all of its files are here and have their lengths. What is in
     * them is checked when it is read.
     *
     * @throws CheckpointException that says why the folder is torn, when it is
     */
    public Manifest manifest() {
        Path file = new Path(path, MANIFEST);
        if (!hasManifest()) {
            throw new CheckpointException("Cannot use the checkpoint " + path + ": it has no " + MANIFEST
                    + ", so it was not written to its end. Use another one.");
        }
        Manifest manifest = ManifestJson.read(file, hadoop);
        requireOwn(manifest);
        requireLengths(manifest);
        return manifest;
    }

    /** Whether it was committed, as far as can be seen: what cannot be read at the moment may be whole. */
    public boolean hasManifest() {
        Path file = new Path(path, MANIFEST);
        return StorageCall.call(
                "look for " + file, () -> path.getFileSystem(hadoop).exists(file));
    }

    /** Whether the directory is there that this folder stands in, or stood. */
    boolean hasDirectory() {
        Path directory = path.getParent();
        return StorageCall.call(
                "look for " + directory, () -> path.getFileSystem(hadoop).exists(directory));
    }

    /** Deletes the manifest and then the rest: what is left of a deletion that breaks off is torn. */
    public void delete() {
        StorageCall.run("delete the checkpoint " + path, () -> {
            FileSystem files = path.getFileSystem(hadoop);
            Path manifest = new Path(path, MANIFEST);
            files.delete(manifest, false);
            if (files.exists(manifest)) {
                throw new CheckpointException("Cannot delete " + manifest + ": it is still there.");
            }
            files.delete(path, true);
        });
    }

    private void requireOwn(Manifest manifest) {
        id().filter(id -> !id.equals(manifest.id())).ifPresent(id -> {
            throw new CheckpointException("Cannot use the checkpoint " + path + ": its manifest is of " + manifest.id()
                    + ", and the folder is of " + id + ". Use another one.");
        });
    }

    private void requireLengths(Manifest manifest) {
        Map<String, Long> lengths = lengths();
        manifest.shards().forEach(shard -> requireLength(shard, lengths));
    }

    private void requireLength(ShardFile shard, Map<String, Long> lengths) {
        Long length = lengths.get(shard.file());
        if (length == null) {
            throw new CheckpointException(
                    "Cannot use the checkpoint " + path + ": " + shard.file() + " is missing. Use another one.");
        }
        if (length != shard.length()) {
            throw new CheckpointException("Cannot use the checkpoint " + path + ": " + shard.file() + " has " + length
                    + " bytes, and " + shard.length() + " were written. Use another one.");
        }
    }

    /** Of the files here; none where there is no folder. */
    private Map<String, Long> lengths() {
        return StorageCall.call("list the checkpoint " + path, () -> {
            Map<String, Long> lengths = new HashMap<>();
            try {
                for (FileStatus file : path.getFileSystem(hadoop).listStatus(path)) {
                    if (file.isFile()) {
                        lengths.put(file.getPath().getName(), file.getLen());
                    }
                }
            } catch (FileNotFoundException e) {
                // Nobody has written yet.
            }
            return lengths;
        });
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CheckpointFolder folder && folder.path.equals(path);
    }

    @Override
    public int hashCode() {
        return path.hashCode();
    }

    @Override
    public String toString() {
        return path.toString();
    }
}

package io.sparkmics.checkpoint;

import io.sparkmics.checkpoint.safetensors.SafetensorsHeader;
import io.sparkmics.checkpoint.safetensors.SafetensorsWriter;
import io.sparkmics.checkpoint.safetensors.TensorInfo;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.bytedeco.pytorch.Tensor;

/**
 * Streams a model's weights into a folder as {@code save_pretrained} of Python's transformers does: one file, or, where that
 * would be larger than a file may be, several and an index of them. The one file, or the index, is the last to appear. Holds no
 * tensor. One thread at a time.
 */
public final class WeightsWriter implements AutoCloseable {

    private final HuggingFaceFolder folder;
    private final List<SafetensorsHeader> shards;
    private final List<WeightsFile> files;
    private SafetensorsWriter writer;
    private int begun;
    private boolean done;

    private WeightsWriter(HuggingFaceFolder folder, List<SafetensorsHeader> shards, List<WeightsFile> files) {
        this.folder = folder;
        this.shards = shards;
        this.files = files;
        begin();
    }

    /** See {@link HuggingFaceFolder#writeWeights}. */
    static WeightsWriter create(
            HuggingFaceFolder folder, Path path, List<TensorInfo> tensors, long maxShardSize, Configuration hadoop) {
        List<SafetensorsHeader> shards =
                split(tensors, maxShardSize).stream().map(SafetensorsHeader::of).toList();
        List<WeightsFile> files = new ArrayList<>();
        for (int shard = 0; shard < shards.size(); shard++) {
            files.add(new WeightsFile(new Path(path, name(shard, shards.size())), hadoop));
        }
        return new WeightsWriter(folder, shards, files);
    }

    /** A tensor that is larger than that has a file for itself. */
    private static List<List<TensorInfo>> split(List<TensorInfo> tensors, long maxShardSize) {
        List<List<TensorInfo>> shards = new ArrayList<>(List.of(new ArrayList<>()));
        long size = 0;
        for (TensorInfo tensor : tensors) {
            if (size > 0 && tensor.bytes() > maxShardSize - size) {
                shards.add(new ArrayList<>());
                size = 0;
            }
            shards.get(shards.size() - 1).add(tensor);
            size += tensor.bytes();
        }
        return shards;
    }

    private static String name(int shard, int of) {
        return of == 1
                ? WeightsFile.WHOLE
                : String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", shard + 1, of);
    }

    /** Of all files together, in bytes. */
    public long length() {
        return shards.stream().mapToLong(SafetensorsHeader::fileLength).sum();
    }

    /** Writes the next tensor: see {@link SafetensorsWriter#write(String, Tensor)}. */
    public void write(String name, Tensor tensor) {
        next().write(name, tensor);
    }

    /** Writes the next tensor: see {@link SafetensorsWriter#write(String, ByteBuffer)}. */
    public void write(String name, ByteBuffer bytes) {
        next().write(name, bytes);
    }

    /** Ends the weights, once all declared tensors are written. */
    public void commit() {
        next().commit();
        if (shards.size() > 1) {
            folder.writeJson(WeightFiles.INDEX, index());
        }
        done = true;
    }

    /** Without {@link #commit} before it: leaves nothing behind. */
    @Override
    public void close() {
        if (done) {
            return;
        }
        done = true;
        List<Runnable> removals = new ArrayList<>(List.of(writer::close, folder::deleteIndex));
        files.subList(0, begun).forEach(file -> removals.add(file::delete));
        List<CheckpointException> failures = new ArrayList<>();
        for (Runnable removal : removals) {
            try {
                removal.run();
            } catch (CheckpointException e) {
                // One file that stays is no reason to leave the others.
                failures.add(e);
            }
        }
        if (!failures.isEmpty()) {
            failures.subList(1, failures.size()).forEach(failures.get(0)::addSuppressed);
            throw failures.get(0);
        }
    }

    /** Of the file that the next tensor goes to. */
    private SafetensorsWriter next() {
        boolean full =
                writer.checksums().size() == shards.get(begun - 1).tensors().size();
        if (full && begun < shards.size()) {
            writer.commit();
            begin();
        }
        return writer;
    }

    private void begin() {
        writer = files.get(begun).write(shards.get(begun));
        begun++;
    }

    private Map<String, Object> index() {
        Map<String, String> fileByTensor = new LinkedHashMap<>();
        long size = 0;
        for (int shard = 0; shard < shards.size(); shard++) {
            for (TensorInfo tensor : shards.get(shard).tensors()) {
                fileByTensor.put(tensor.name(), files.get(shard).path().getName());
                size += tensor.bytes();
            }
        }
        Map<String, Object> index = new LinkedHashMap<>();
        index.put("metadata", Map.of("total_size", size));
        index.put("weight_map", fileByTensor);
        return index;
    }
}

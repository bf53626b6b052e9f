package io.sparkmics.checkpoint;

import io.sparkmics.checkpoint.manifest.Manifest;
import io.sparkmics.checkpoint.manifest.ShardFile;
import io.sparkmics.checkpoint.safetensors.SafetensorsHeader;
import io.sparkmics.checkpoint.safetensors.SafetensorsReader;
import io.sparkmics.checkpoint.safetensors.TensorChecksum;
import io.sparkmics.checkpoint.safetensors.TensorTarget;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.bytedeco.pytorch.Tensor;

/**
 * Reads a checkpoint as if it had never been sharded: by ranges of each whole unit's elements, for however many ranks. Every
 * shard that a range touches is read whole and checked. Holds a buffer for each shard file. One thread at a time.
 */
public final class CheckpointReader implements AutoCloseable {

    private final CheckpointFolder folder;
    private final Manifest manifest;
    private final Configuration hadoop;
    private final SafetensorsHeader header;
    private final Map<String, Saved> saved = new HashMap<>();
    private final Map<Integer, SafetensorsReader> shards = new HashMap<>();

    private CheckpointReader(CheckpointFolder folder, Configuration hadoop) {
        this.folder = folder;
        this.hadoop = hadoop;
        this.manifest = folder.manifest();
        this.header = manifest.shardHeader();
        Map<String, Integer> places = new HashMap<>();
        for (TensorChecksum tensor : manifest.shards().get(0).tensors()) {
            places.put(tensor.name(), places.size());
        }
        for (Manifest.UnitSize unit : manifest.model().units()) {
            for (String kind : manifest.states().kindsOf(unit)) {
                String name = Manifest.tensorName(unit.name(), kind);
                saved.put(name, new Saved(unit, places.get(name)));
            }
        }
    }

    /**
     * @throws CheckpointDamagedException when the folder is torn
     * @throws CheckpointException when the storage does not answer
     */
    public static CheckpointReader open(CheckpointFolder folder, Configuration hadoop) {
        return CheckpointDamagedException.where(folder, () -> new CheckpointReader(folder, hadoop));
    }

    public Manifest manifest() {
        return manifest;
    }

    /**
     * Fills a tensor with elements of a whole unit's state.
     *
     * @param tensor the unit's name, a slash, and the state's, as in {@code block0/parameters}
     * @param from the first element, counted from the beginning of the unit
     * @param target contiguous, one-dimensional, on the CPU, of the checkpoint's type; as many elements as it has are read.
     *     Undefined when this fails
     * @throws CheckpointDamagedException when a shard that has a part of it is not as it was written
     * @throws CheckpointException when the range is not in the unit, or the storage does not answer
     */
    public void read(String tensor, long from, Tensor target) {
        Saved state = saved.get(tensor);
        if (state == null) {
            throw cannot(
                    tensor,
                    "there is no such tensor. It has " + manifest.states().kinds() + " of "
                            + manifest.model().units().size() + " units");
        }
        TensorTarget checked =
                TensorTarget.of(target, manifest.states().type(), "read tensor " + tensor + " from " + folder);
        long count = checked.elements();
        if (from < 0 || count > state.unit().elements() - from) {
            throw cannot(
                    tensor,
                    count + " elements from " + from + " are not in it: the unit has "
                            + state.unit().elements());
        }
        long size = state.unit().shardElements(manifest.sharding().partitionGroupSize());
        for (long at = 0; at < count; ) {
            int index = Math.toIntExact((from + at) / size);
            long begin = (from + at) % size;
            long length = Math.min(size - begin, count - at);
            TensorChecksum checksum = manifest.shards().get(index).tensors().get(state.place());
            read(index, checksum, begin, checked, at, length);
            at += length;
        }
    }

    private void read(int index, TensorChecksum checksum, long begin, TensorTarget target, long at, long length) {
        CheckpointDamagedException.where(folder, () -> {
            shard(index).read(checksum, begin, target, at, length);
            return index;
        });
    }

    private SafetensorsReader shard(int index) {
        return shards.computeIfAbsent(index, this::open);
    }

    private SafetensorsReader open(int index) {
        ShardFile shard = manifest.shards().get(index);
        SafetensorsReader reader = SafetensorsReader.open(new Path(folder.path(), shard.file()), hadoop);
        try {
            reader.requireHeader(header);
            return reader;
        } catch (RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    private CheckpointException cannot(String tensor, String reason) {
        return new CheckpointException("Cannot read tensor " + tensor + " from " + folder + ": " + reason + ".");
    }

    @Override
    public void close() {
        shards.values().forEach(SafetensorsReader::close);
        shards.clear();
    }

    /** @param place of the tensor in every shard file */
    private record Saved(Manifest.UnitSize unit, int place) {}
}

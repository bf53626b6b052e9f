package io.sparkmics.checkpoint;

import io.sparkmics.checkpoint.manifest.CheckpointId;
import io.sparkmics.checkpoint.manifest.Manifest;
import io.sparkmics.checkpoint.manifest.ShardFile;
import io.sparkmics.checkpoint.safetensors.SafetensorsHeader;
import io.sparkmics.checkpoint.safetensors.SafetensorsWriter;
import io.sparkmics.checkpoint.safetensors.TensorInfo;
import io.sparkmics.checkpoint.safetensors.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The states of units as they are before they are sharded, made of any bits; saved as the ranks of a partition group do.
 *
 * @param seed two of them have no shard in common when it differs
 */
record SavedUnits(List<Manifest.UnitSize> units, List<String> kinds, TensorType type, long seed) {

    static final List<String> ADAM = List.of("parameters", "first_moments", "second_moments");

    static SavedUnits of(long seed, long... sizes) {
        List<Manifest.UnitSize> units = new ArrayList<>();
        for (long size : sizes) {
            units.add(new Manifest.UnitSize("unit" + units.size(), size));
        }
        return new SavedUnits(units, ADAM, TensorType.F32, seed);
    }

    /** All ranks write, and the driver commits. */
    Manifest save(CheckpointFolder folder, CheckpointId id, int p, Configuration hadoop) {
        for (int index = 0; index < p; index++) {
            write(folder, index, p, hadoop);
        }
        Manifest manifest = manifest(id, folder.parts(p).orElseThrow());
        folder.commit(manifest);
        return manifest;
    }

    ShardFile write(CheckpointFolder folder, int index, int p, Configuration hadoop) {
        return ShardWriter.write(folder.path(), index, p, header(p), writer -> write(writer, index, p), hadoop);
    }

    private SafetensorsHeader header(int p) {
        return SafetensorsHeader.of(units.stream()
                .flatMap(unit -> kinds.stream()
                        .map(kind -> new TensorInfo(
                                Manifest.tensorName(unit.name(), kind), type, List.of(unit.shardElements(p)))))
                .toList());
    }

    private void write(SafetensorsWriter writer, int index, int p) {
        try (PointerScope scope = new PointerScope()) {
            for (Manifest.UnitSize unit : units) {
                for (String kind : kinds) {
                    String name = Manifest.tensorName(unit.name(), kind);
                    writer.write(name, tensor(shard(name, unit, index, p)));
                }
            }
        }
    }

    private byte[] shard(String name, Manifest.UnitSize unit, int index, int p) {
        int size = (int) unit.shardElements(p) * type.bytes();
        byte[] whole = bytes(name);
        byte[] shard = new byte[size];
        int begin = Math.min(whole.length, index * size);
        System.arraycopy(whole, begin, shard, 0, Math.min(size, whole.length - begin));
        return shard;
    }

    /** The whole unit's. */
    byte[] bytes(String name) {
        byte[] bytes = new byte[(int) unit(name).elements() * type.bytes()];
        new Random(seed + name.hashCode()).nextBytes(bytes);
        return bytes;
    }

    private Manifest.UnitSize unit(String tensor) {
        return units.stream()
                .filter(unit -> tensor.startsWith(unit.name() + "/"))
                .findFirst()
                .orElseThrow();
    }

    Manifest manifest(CheckpointId id, List<ShardFile> shards) {
        return new Manifest(
                id,
                new Manifest.Schedule(1000, -17, 8, 1),
                new Manifest.Sharding(2 * shards.size(), shards.size()),
                new Manifest.States("adamw", id.step(), kinds, type),
                new Manifest.Data("0123456789abcdef", Map.of("trainingTokens", 4711L)),
                new Manifest.Model("{\"model_type\":\"gpt2\"}", units),
                Map.of("learningRate", "0.001"),
                new Manifest.Divergence(1, List.of(0.5, Double.POSITIVE_INFINITY)),
                1_700_000_000_000L + id.step(),
                shards);
    }

    /** Reads all states for a partition group of any size, and compares every bit. */
    void requireSame(CheckpointFolder folder, int p, Configuration hadoop) {
        try (CheckpointReader reader = CheckpointReader.open(folder, hadoop)) {
            for (int index = 0; index < p; index++) {
                for (Manifest.UnitSize unit : units) {
                    for (String kind : kinds) {
                        requireSame(reader, unit, kind, index, p);
                    }
                }
            }
        }
    }

    private void requireSame(CheckpointReader reader, Manifest.UnitSize unit, String kind, int index, int p) {
        String name = Manifest.tensorName(unit.name(), kind);
        long from = Math.min(unit.elements(), index * unit.shardElements(p));
        long count = Math.min(unit.elements() - from, unit.shardElements(p));
        byte[] expected = new byte[(int) count * type.bytes()];
        System.arraycopy(bytes(name), (int) from * type.bytes(), expected, 0, expected.length);
        byte[] found = read(reader, name, from, count);
        if (!Arrays.equals(found, expected)) {
            throw new AssertionError(name + " from " + from + ", " + count + " elements: other bits");
        }
    }

    byte[] read(CheckpointReader reader, String name, long from, long count) {
        try (PointerScope scope = new PointerScope()) {
            Tensor target = tensor(new byte[(int) count * type.bytes()]);
            reader.read(name, from, target);
            byte[] bytes = new byte[(int) count * type.bytes()];
            if (bytes.length > 0) {
                new BytePointer(target.data_ptr()).capacity(bytes.length).get(bytes);
            }
            return bytes;
        }
    }

    private Tensor tensor(byte[] bytes) {
        ScalarType scalar = type == TensorType.F64 ? ScalarType.Double : ScalarType.Float;
        Tensor tensor = torch.empty(
                new long[] {bytes.length / type.bytes()}, new TensorOptions(scalar), new MemoryFormatOptional());
        if (bytes.length > 0) {
            new BytePointer(tensor.data_ptr()).put(bytes);
        }
        return tensor;
    }
}

package io.sparkmics.checkpoint.manifest;

import io.sparkmics.checkpoint.safetensors.SafetensorsHeader;
import io.sparkmics.checkpoint.safetensors.TensorChecksum;
import io.sparkmics.checkpoint.safetensors.TensorInfo;
import io.sparkmics.checkpoint.safetensors.TensorType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a checkpoint says of itself: all that a run needs to go on as if it had never ended.
 *
 * <p>It fits together, or there is none: one shard file for each rank of the partition group, and in each of them every state
 * of every unit, of one that is not trained the parameters, of the size that the arithmetic gives.
 *
 * @param id whose it is
 * @param schedule of the run that wrote it
 * @param sharding of the run that wrote it
 * @param states what is saved of every unit
 * @param data what the run trains on
 * @param model what the run trains
 * @param settings all that was set, by name; for people
 * @param divergence what the run knows of its last steps
 * @param time of the commit, in milliseconds since 1970
 * @param shards by partition rank
 */
public record Manifest(
        CheckpointId id,
        Schedule schedule,
        Sharding sharding,
        States states,
        Data data,
        Model model,
        Map<String, String> settings,
        Divergence divergence,
        long time,
        List<ShardFile> shards) {

    static final int MOST_UNITS = 1 << 16;

    /** Of all shards together: what a manifest of 16 MiB has room for. */
    static final long MOST_TENSORS = 200_000;

    public Manifest {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        shards = List.copyOf(shards);
        if (id.step() > schedule.steps()) {
            throw new IllegalArgumentException("Cannot describe a checkpoint of step " + id.step() + ": the run has "
                    + schedule.steps() + " steps.");
        }
        new ShardCheck(sharding, states, model).requireAll(shards);
    }

    /**
     * @param steps how many are planned
     * @param seed of the run
     */
    public record Schedule(long steps, long seed, int globalBatchSize, int microBatchSize) {
        public Schedule {
            positive("steps", steps);
            positive("globalBatchSize", globalBatchSize);
            positive("microBatchSize", microBatchSize);
        }
    }

    /** W and p. */
    public record Sharding(int worldSize, int partitionGroupSize) {
        public Sharding {
            positive("worldSize", worldSize);
            positive("partitionGroupSize", partitionGroupSize);
            if (worldSize % partitionGroupSize != 0) {
                throw new IllegalArgumentException("Cannot describe a checkpoint: partitionGroupSize "
                        + partitionGroupSize + " does not divide worldSize " + worldSize + ".");
            }
        }
    }

    /**
     * @param optimizer its name
     * @param updates how many it has made
     * @param kinds what each trained unit has, as in {@code parameters}, {@code first_moments}: the parameters first
     * @param type of all elements
     */
    public record States(String optimizer, long updates, List<String> kinds, TensorType type) {
        public States {
            kinds = List.copyOf(kinds);
            if (updates < 0) {
                throw new IllegalArgumentException("Cannot describe a checkpoint: updates is " + updates + ".");
            }
            if (kinds.isEmpty() || kinds.stream().distinct().count() < kinds.size()) {
                throw new IllegalArgumentException(
                        "Cannot describe a checkpoint: the states " + kinds + " are none, or one is there twice.");
            }
        }

        /** What is saved of the unit. */
        public List<String> kindsOf(UnitSize unit) {
            return unit.trained() ? kinds : kinds.subList(0, 1);
        }
    }

    /**
     * @param fingerprint of its content
     * @param counts of what it holds, by name
     */
    public record Data(String fingerprint, Map<String, Long> counts) {
        public Data {
            counts = Collections.unmodifiableMap(new LinkedHashMap<>(counts));
        }
    }

    /**
     * @param config JSON that describes it
     * @param units in the model's order, at least one
     */
    public record Model(String config, List<UnitSize> units) {
        public Model {
            units = List.copyOf(units);
            if (units.isEmpty() || units.size() > MOST_UNITS) {
                throw new IllegalArgumentException("Cannot describe a checkpoint: its model has " + units.size()
                        + " units, and 1 to " + MOST_UNITS + " are possible.");
            }
            if (units.stream().map(UnitSize::name).distinct().count() < units.size()) {
                throw new IllegalArgumentException("Cannot describe a checkpoint: its model has two units of a name.");
            }
        }

        public Optional<UnitSize> unit(String name) {
            return units.stream().filter(unit -> unit.name().equals(name)).findFirst();
        }
    }

    /**
     * @param elements of the whole unit, without padding
     * @param trained false: of its states only the first kind is saved, the parameters, which stay as they are
     */
    public record UnitSize(String name, long elements, boolean trained) {
        public UnitSize {
            positive("elements of unit " + name, elements);
        }

        /** One that is trained. */
        public UnitSize(String name, long elements) {
            this(name, elements, true);
        }

        /** Of one rank, padding included. */
        public long shardElements(int partitionGroupSize) {
            return (elements - 1) / partitionGroupSize + 1;
        }
    }

    /**
     * @param skippedInARow how many of the last steps were skipped, one after another
     * @param lastNorms of the gradient, oldest first; not all of them need be finite
     */
    public record Divergence(int skippedInARow, List<Double> lastNorms) {
        public Divergence {
            lastNorms = List.copyOf(lastNorms);
            if (skippedInARow < 0) {
                throw new IllegalArgumentException(
                        "Cannot describe a checkpoint: skippedInARow is " + skippedInARow + ".");
            }
        }
    }

    /** What a tensor of a shard is called. */
    public static String tensorName(String unit, String kind) {
        return unit + "/" + kind;
    }

    /** What each of the shard files begins with. */
    public SafetensorsHeader shardHeader() {
        return header(states.type(), shards.get(0).tensors());
    }

    static SafetensorsHeader header(TensorType type, List<TensorChecksum> tensors) {
        return SafetensorsHeader.of(tensors.stream()
                .map(tensor -> new TensorInfo(tensor.name(), type, List.of(tensor.elements())))
                .toList());
    }

    private static void positive(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException("Cannot describe a checkpoint: " + name + " is " + value + ".");
        }
    }
}

package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.engine.device.Native;
import io.sparkmics.engine.shard.StateCopy;
import io.sparkmics.engine.shard.StateKind;
import io.sparkmics.engine.shard.StateSource;
import io.sparkmics.model.Unit;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The states of whole units as a partition group's copies make them: what a checkpoint holds, in the heap. */
record SavedStates(Map<String, double[]> wholes, long updates) implements StateSource {

    /** One rank's copy. */
    record Part(Map<String, double[]> shards, Map<String, Long> unitSizes, long updates) {

        static Part of(StateCopy copy) throws IOException {
            Map<String, double[]> shards = new TreeMap<>();
            Map<String, Long> unitSizes = new TreeMap<>();
            copy.forEach((unit, kind, shard) -> {
                assertThat(shard.is_cpu() && shard.dim() == 1 && shard.is_contiguous())
                        .isTrue();
                shards.put(name(unit, kind), Values.of(shard));
                unitSizes.put(name(unit, kind), unit.size());
            });
            return new Part(shards, unitSizes, copy.updates());
        }
    }

    /**
     * @param ranks of the world; every partition group of them has the same
     */
    static SavedStates of(List<Part> ranks, int partitionGroupSize) {
        SavedStates first = ofGroup(ranks.subList(0, partitionGroupSize));
        for (int from = partitionGroupSize; from < ranks.size(); from += partitionGroupSize) {
            ofGroup(ranks.subList(from, from + partitionGroupSize)).assertSame(first);
        }
        return first;
    }

    private static SavedStates ofGroup(List<Part> group) {
        Map<String, double[]> wholes = new TreeMap<>();
        group.get(0).shards().keySet().forEach(name -> {
            double[] padded = group.stream()
                    .flatMapToDouble(part -> Arrays.stream(part.shards().get(name)))
                    .toArray();
            int size = Math.toIntExact(group.get(0).unitSizes().get(name));
            assertThat(Arrays.copyOfRange(padded, size, padded.length))
                    .as("padding of " + name)
                    .containsOnly(new double[padded.length - size]);
            wholes.put(name, Arrays.copyOf(padded, size));
        });
        assertThat(group).extracting(Part::updates).containsOnly(group.get(0).updates());
        return new SavedStates(wholes, group.get(0).updates());
    }

    private static String name(Unit unit, StateKind kind) {
        return unit.name() + "/" + kind.tensorName();
    }

    /** To the bit. */
    void assertSame(SavedStates expected) {
        assertThat(updates).isEqualTo(expected.updates);
        assertThat(wholes).containsOnlyKeys(expected.wholes.keySet());
        wholes.forEach((name, values) -> assertThat(values).as(name).containsExactly(expected.wholes.get(name)));
    }

    @Override
    public void read(Unit unit, StateKind kind, long from, Tensor target) {
        double[] values =
                Arrays.copyOfRange(wholes.get(name(unit, kind)), (int) from, Math.toIntExact(from + target.numel()));
        try (PointerScope scope = new PointerScope()) {
            target.copy_(torch.from_blob(
                    new DoublePointer(values), new long[] {values.length}, Native.options(torch.ScalarType.Double)));
        }
    }
}

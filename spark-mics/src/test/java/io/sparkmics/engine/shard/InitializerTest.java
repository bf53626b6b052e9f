package io.sparkmics.engine.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.bootstrap.collectives.Communicator;
import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.bootstrap.collectives.SoloCommunicator;
import io.sparkmics.bootstrap.groups.Group;
import io.sparkmics.bootstrap.groups.GroupKind;
import io.sparkmics.engine.Values;
import io.sparkmics.engine.device.ElementTypes;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.device.ReductionPrecision;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.Initialization;
import io.sparkmics.model.Model;
import io.sparkmics.model.Parameter;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InitializerTest {

    private static final Model MODEL =
            Gpt.config().layers(2).heads(4).width(64).context(32).build();

    private static double[] values(Parameter parameter) {
        try (PointerScope scope = new PointerScope()) {
            return Values.of(new Initializer(5).values(parameter));
        }
    }

    @Test
    void firstValuesAreThoseOfGpt2() {
        for (Parameter parameter : MODEL.units().stream()
                .flatMap(unit -> unit.parameters().stream())
                .toList()) {
            String name = parameter.name();
            double[] values = values(parameter);
            if (name.endsWith("bias")) {
                assertThat(values).as(name).containsOnly(0);
            } else if (name.contains("ln_")) {
                assertThat(values).as(name).containsOnly(1);
            } else {
                // Projections into the residual stream are scaled by one over the root of twice the layers.
                double wanted = name.endsWith("c_proj.weight") ? 0.02 / 2 : 0.02;
                double squares =
                        Arrays.stream(values).map(value -> value * value).sum();
                assertThat(Math.sqrt(squares / values.length)).as(name).isCloseTo(wanted, within(0.05 * wanted));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void theShardsOfAPartitionGroupAreTheWholeParameters(int partitionGroupSize) {
        ShardLayout layout = ShardLayout.of(MODEL, partitionGroupSize);
        double[][] ranks = new double[partitionGroupSize][];
        for (int index = 0; index < partitionGroupSize; index++) {
            ElementTypes types =
                    ElementTypes.of(Precision.FLOAT32, ReductionPrecision.FLOAT32, ReductionPrecision.FLOAT32);
            RankDevice cpu = RankDevice.cpu();
            try (Communicator partition = new SoloCommunicator(new Group(GroupKind.PARTITION, List.of(0), 0), cpu);
                    ModelStates states = new ModelStates(layout, types, partition, cpu)) {
                new Initializer(5).fill(states, index);
                ranks[index] = layout.shards().stream()
                        .flatMapToDouble(shard ->
                                Arrays.stream(Values.of(states.parameters().of(shard))))
                        .toArray();
            }
        }
        for (UnitShard shard : layout.shards()) {
            double[] whole = new double[Math.toIntExact(shard.paddedSize())];
            for (int index = 0; index < partitionGroupSize; index++) {
                int size = Math.toIntExact(shard.size());
                System.arraycopy(ranks[index], Math.toIntExact(shard.offset()), whole, index * size, size);
            }
            int offset = 0;
            for (Parameter parameter : shard.unit().parameters()) {
                double[] expected = values(parameter);
                assertThat(Arrays.copyOfRange(whole, offset, offset + expected.length))
                        .as(parameter.name())
                        .containsExactly(expected);
                offset += expected.length;
            }
            assertThat(Arrays.stream(whole, offset, whole.length).filter(padding -> padding != 0))
                    .isEmpty();
        }
    }

    /** Ascending from the seed: what a user may bring. */
    private record Ascending(int step) implements Initialization.Own {
        @Override
        public float[] values(List<Long> shape, long seed) {
            float[] values = new float[shape.stream().mapToInt(Long::intValue).reduce(1, (a, b) -> a * b)];
            for (int i = 0; i < values.length; i++) {
                values[i] = seed % 7 + i * step;
            }
            return values;
        }
    }

    @Test
    void uniformAndXavierAreWhatTheirNamesSay() {
        double[] even = values(Parameter.weight("even", Initialization.uniform(2, 4), 100, 100));
        assertThat(Arrays.stream(even)).allMatch(value -> value >= 2 && value <= 4);
        assertThat(Arrays.stream(even).average()).hasValueCloseTo(3.0, within(0.02));
        double bound = Math.sqrt(6.0 / (30 + 70));
        double[] xavier = values(Parameter.weight("xavier", Initialization.xavierUniform(30, 70), 30, 70));
        assertThat(Arrays.stream(xavier).map(Math::abs).max()).hasValueCloseTo(bound, within(0.01));
        // A convolution's inputs and outputs are each as many as its field has places.
        double[] normal = values(Parameter.weight("convolution", Initialization.xavierNormal(20, 30, 5), 20, 30, 5));
        double squares = Arrays.stream(normal).map(value -> value * value).sum();
        assertThat(squares / normal.length).isCloseTo(2.0 / (50 * 5), within(0.0006));
    }

    @Test
    void aUsersOwnValuesAreTakenAsTheyAre() {
        double[] values = values(Parameter.weight("own", new Ascending(3), 2, 2));
        assertThat(values[3] - values[0]).isEqualTo(9);
        assertThat(values(Parameter.weight("own", new Ascending(3), 2, 2))).containsExactly(values);
        record Short() implements Initialization.Own {
            @Override
            public float[] values(List<Long> shape, long seed) {
                return new float[3];
            }
        }
        assertThatThrownBy(() -> values(Parameter.weight("own", new Short(), 2, 2)))
                .hasMessageStartingWith("Cannot initialize parameter own: ")
                .hasMessageEndingWith("makes 3 values of shape [2, 2], which has 4. Let it make one for each element.");
    }

    @Test
    void whatIsNoRangeAndHasNoInputsIsRefused() {
        assertThatThrownBy(() -> Initialization.uniform(1, 1)).hasMessageContaining("is no finite range");
        assertThatThrownBy(() -> Initialization.xavierUniform(7)).hasMessageContaining("no inputs and outputs");
    }
}

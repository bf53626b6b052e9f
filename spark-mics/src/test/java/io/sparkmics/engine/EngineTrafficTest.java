package io.sparkmics.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.gloo.GlooTransport;
import io.sparkmics.bootstrap.groups.Collective;
import io.sparkmics.bootstrap.groups.GatherMode;
import io.sparkmics.bootstrap.groups.GroupKind;
import io.sparkmics.bootstrap.memory.MemoryTransport;
import io.sparkmics.bootstrap.traffic.LinkClass;
import io.sparkmics.bootstrap.traffic.Traffic;
import io.sparkmics.bootstrap.transport.MeshTransport;
import io.sparkmics.bootstrap.transport.Transport;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.device.ReductionPrecision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.engine.shard.ShardLayout;
import io.sparkmics.engine.shard.UnitShard;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** What a step sends, held against arithmetic: nodes of two ranks each. */
class EngineTrafficTest {

    private static final GptConfig CONFIG =
            Gpt.config().layers(3).heads(2).width(16).context(12).vocabularySize(29);
    private static final int STEPS = 3;
    private static final int MICRO_STEPS = 2;
    private static final int BYTES = 4;

    /** Blocks twice, wte for the embedding and for the head, wpe and ln_f once. */
    private static final long GATHERS = STEPS * MICRO_STEPS * (2L * CONFIG.layers() + 2 + 1 + 1);

    private static List<Traffic> traffic(int worldSize, int partitionGroupSize, GatherMode gather) {
        return traffic(worldSize, partitionGroupSize, gather, Precision.FLOAT32, ReductionPrecision.FLOAT32);
    }

    private static List<Traffic> traffic(
            int worldSize,
            int partitionGroupSize,
            GatherMode gather,
            Precision precision,
            ReductionPrecision reduction) {
        return traffic(worldSize, partitionGroupSize, gather, precision, reduction, below -> below);
    }

    private static List<Traffic> traffic(
            int worldSize,
            int partitionGroupSize,
            GatherMode gather,
            Precision precision,
            ReductionPrecision reduction,
            Function<MeshTransport, Transport> transport) {
        EngineSettings settings =
                new EngineSettings(new OptimizerSettings.AdamW(0.9, 0.95, 1e-8, 0.1), 1, 3, precision, reduction);
        Case run = new Case(CONFIG, worldSize, partitionGroupSize, 2, gather, 1, MICRO_STEPS, settings, STEPS);
        return ThreadRanks.of(worldSize)
                .ranksPerNode(2)
                .with(CommunicationSettings.of(partitionGroupSize).withGather(gather))
                .over(() -> transport.apply(GlooTransport.on("127.0.0.1")))
                .run(ranks -> {
                    try (MicsEngine engine = new MicsEngine(CONFIG.build(), settings, ranks)) {
                        for (long step = 0; step < STEPS; step++) {
                            engine.step(step, EngineTraining.microBatches(run, ranks.rank(), step), 1e-3);
                        }
                        assertThat(engine.gathers()).isEqualTo(GATHERS);
                        return ranks.traffic();
                    }
                });
    }

    /** Elements of this rank's shards, over all gathers. */
    private static long gatheredShards(ShardLayout layout) {
        long once = layout.shards().stream()
                .filter(shard -> List.of("wpe", "ln_f").contains(shard.unit().name()))
                .mapToLong(UnitShard::size)
                .sum();
        return STEPS * MICRO_STEPS * (2 * layout.size() - once);
    }

    @Test
    void hopOneIsTakenOncePerUnitAndMicroStepAndHopTwoOncePerStep() {
        ShardLayout layout = ShardLayout.of(CONFIG.build(), 2);
        // In a ring of two a gather and a reduce-scatter send one shard. The squares are one number, and three go with
        // the loss.
        long hopOne = STEPS * MICRO_STEPS * layout.size() * BYTES;
        long partition = gatheredShards(layout) * BYTES + hopOne + STEPS * 4 * 8;
        // An all-reduce in a ring of two sends the whole once. The norm goes with the loss here.
        long hopTwo = STEPS * (layout.size() * BYTES + 4 * 8);
        for (Traffic own : traffic(4, 2, GatherMode.FLAT)) {
            assertThat(own.calls(GroupKind.PARTITION, Collective.GATHER)).isEqualTo(GATHERS);
            assertThat(own.calls(GroupKind.PARTITION, Collective.REDUCE_SCATTER))
                    .isEqualTo((long) STEPS * MICRO_STEPS * layout.shards().size());
            // Hop 2, and the loss.
            assertThat(own.calls(GroupKind.REPLICATION, Collective.ALL_REDUCE)).isEqualTo(2L * STEPS);
            // One number cannot be halved, nor can three: of a ring of two one rank sends more, the other passes the
            // sum back.
            long uneven = STEPS * 8;
            assertThat(own.bytes(GroupKind.PARTITION, LinkClass.INSIDE_NODE))
                    .isBetween(partition - 2 * uneven, partition + 2 * uneven);
            assertThat(own.bytes(GroupKind.PARTITION, LinkClass.BETWEEN_NODES)).isZero();
            assertThat(own.bytes(GroupKind.REPLICATION, LinkClass.BETWEEN_NODES))
                    .isEqualTo(hopTwo);
            assertThat(own.bytes(GroupKind.REPLICATION, LinkClass.INSIDE_NODE)).isZero();
        }
    }

    @Test
    void aHierarchicalGatherSendsLessBetweenNodesThanAFlatOne() {
        ShardLayout layout = ShardLayout.of(CONFIG.build(), 4);
        long shards = gatheredShards(layout) * BYTES;
        for (Traffic own : traffic(4, 4, GatherMode.HIERARCHICAL)) {
            assertThat(own.calls(GroupKind.PARTITION, Collective.GATHER)).isZero();
            assertThat(own.calls(GroupKind.INTER_NODE, Collective.GATHER)).isEqualTo(GATHERS);
            assertThat(own.calls(GroupKind.INTRA_NODE, Collective.GATHER)).isEqualTo(2 * GATHERS);
            // A node's two ranks send 2 shards, (p - k) / p of the unit.
            assertThat(own.bytes(GroupKind.INTER_NODE, LinkClass.BETWEEN_NODES)).isEqualTo(shards);
            assertThat(own.bytes(GroupKind.INTER_NODE, LinkClass.INSIDE_NODE)).isZero();
            assertThat(own.bytes(GroupKind.INTRA_NODE, LinkClass.INSIDE_NODE)).isEqualTo(2 * shards);
            assertThat(own.bytes(GroupKind.INTRA_NODE, LinkClass.BETWEEN_NODES)).isZero();
        }
        long hopOne = STEPS * MICRO_STEPS * layout.size() * BYTES;
        // Flat, but inside nodes first: between nodes it sends the same, and so does hop 1.
        for (Traffic own :
                traffic(4, 4, GatherMode.FLAT, Precision.FLOAT32, ReductionPrecision.FLOAT32, MemoryTransport::over)) {
            assertThat(own.bytes(GroupKind.PARTITION, LinkClass.BETWEEN_NODES))
                    .isBetween(shards + hopOne, shards + hopOne + STEPS * 6 * 16);
        }
        // In one ring the last rank of each node sends 3 shards to the other: (p - 1) / p of the unit.
        Traffic border = traffic(
                        4, 4, GatherMode.FLAT, Precision.FLOAT32, ReductionPrecision.FLOAT32, MemoryTransport::flatOver)
                .get(1);
        assertThat(border.bytes(GroupKind.PARTITION, LinkClass.BETWEEN_NODES))
                .isBetween(3 * (shards + hopOne), 3 * (shards + hopOne) + STEPS * 6 * 16);
    }

    @Test
    void inMixedPrecisionGathersMoveHalfTheBytesAndHopOneAsManyAsItsSumsHave() {
        ShardLayout layout = ShardLayout.of(CONFIG.build(), 2);
        long gathers = gatheredShards(layout);
        long hopOne = STEPS * MICRO_STEPS * layout.size();
        for (ReductionPrecision reduction : ReductionPrecision.values()) {
            long summed = reduction == ReductionPrecision.FLOAT32 ? 4 : 2;
            for (Traffic own : traffic(2, 2, GatherMode.FLAT, Precision.BFLOAT16, reduction)) {
                long few = STEPS * 2 * 16;
                assertThat(own.bytes(GroupKind.PARTITION, LinkClass.INSIDE_NODE))
                        .isBetween(2 * gathers + summed * hopOne, 2 * gathers + summed * hopOne + few);
            }
        }
        for (Traffic own : traffic(4, 4, GatherMode.HIERARCHICAL, Precision.BFLOAT16, ReductionPrecision.FLOAT32)) {
            long shards = 2 * gatheredShards(ShardLayout.of(CONFIG.build(), 4));
            assertThat(own.bytes(GroupKind.INTER_NODE, LinkClass.BETWEEN_NODES)).isEqualTo(shards);
            assertThat(own.bytes(GroupKind.INTRA_NODE, LinkClass.INSIDE_NODE)).isEqualTo(2 * shards);
        }
    }
}

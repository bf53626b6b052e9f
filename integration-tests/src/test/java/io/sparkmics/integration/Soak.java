package io.sparkmics.integration;

import io.sparkmics.benchmark.ResidentMemory;
import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.machine.Threads;
import io.sparkmics.checkpoint.ShardWriter;
import io.sparkmics.checkpoint.safetensors.SafetensorsHeader;
import io.sparkmics.checkpoint.safetensors.TensorInfo;
import io.sparkmics.checkpoint.safetensors.TensorType;
import io.sparkmics.engine.EngineSettings;
import io.sparkmics.engine.MicsEngine;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.optimizer.OptimizerSettings;
import io.sparkmics.engine.shard.StateCopy;
import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import io.sparkmics.model.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.bytedeco.javacpp.Pointer;

/**
 * Trains for long in a process of its own, with a checkpoint every ten steps, and writes down behind each its resident memory
 * and how many native pointers there are.
 */
final class Soak {

    private static final GptConfig CONFIG =
            Gpt.config().layers(2).heads(2).width(64).context(64).dropout(0.1);
    private static final int EVERY = 10;
    private static final Configuration HADOOP = new Configuration();
    private static final int RANKS = 2;

    /** Pointers are counted while no rank has any in its hands. */
    private static final CyclicBarrier REST = new CyclicBarrier(RANKS);

    static final Duration LONGEST = Duration.ofMinutes(45);

    private Soak() {}

    /** @param arguments the number of steps, and a folder for its checkpoints */
    public static void main(String[] arguments) {
        long steps = Long.parseLong(arguments[0]);
        Path folder = Path.of(arguments[1]);
        ThreadRanks.of(RANKS)
                .with(CommunicationSettings.of(RANKS).withTimeout(LONGEST))
                .run(ranks -> train(ranks, steps, folder));
    }

    private static Void train(RankContext ranks, long steps, Path folder) throws Exception {
        Threads.hold(1);
        EngineSettings settings =
                new EngineSettings(new OptimizerSettings.AdamW(0.9, 0.95, 1e-8, 0.1), 1, 5, Precision.FLOAT32);
        try (MicsEngine engine = new MicsEngine(CONFIG.build(), settings, ranks);
                StateCopy copy = engine.newStateCopy()) {
            for (long step = 0; step < steps; step++) {
                engine.step(
                        step,
                        List.of(batch(step, ranks.rank()), batch(step, ranks.rank() + 2))
                                .iterator(),
                        1e-3);
                engine.evaluate(List.of(batch(step, ranks.rank())).iterator());
                if ((step + 1) % EVERY == 0) {
                    copy.take();
                    save(copy, ranks.rank(), folder);
                    REST.await(LONGEST.toMinutes(), TimeUnit.MINUTES);
                    if (ranks.rank() == 0) {
                        System.out.printf(
                                Locale.ROOT,
                                "step %d resident %d pointers %d%n",
                                step + 1,
                                ResidentMemory.ofThisProcess().now(),
                                Pointer.totalCount());
                    }
                    REST.await(LONGEST.toMinutes(), TimeUnit.MINUTES);
                }
            }
        }
        return null;
    }

    /** As a rank of a training does, but over the file of the checkpoint before. */
    private static void save(StateCopy copy, int rank, Path folder) throws IOException {
        Path own = folder.resolve("rank-" + rank);
        if (Files.exists(own)) {
            try (Stream<Path> files = Files.list(own)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
        }
        SafetensorsHeader header = SafetensorsHeader.of(copy.layout().shards().stream()
                .flatMap(shard -> copy.kinds(shard.unit()).stream()
                        .map(kind -> new TensorInfo(
                                shard.unit().name() + "/" + kind.tensorName(), TensorType.F32, List.of(shard.size()))))
                .toList());
        ShardWriter.write(
                new org.apache.hadoop.fs.Path(own.toString()),
                rank,
                RANKS,
                header,
                writer ->
                        copy.forEach((unit, kind, shard) -> writer.write(unit.name() + "/" + kind.tensorName(), shard)),
                HADOOP);
    }

    private static MicroBatch batch(long step, int slot) {
        Random random = new Random(step * 4 + slot);
        int[][] sequences = IntStream.range(0, 2)
                .mapToObj(i -> random.ints(CONFIG.context() + 1, 0, 256).toArray())
                .toArray(int[][]::new);
        return new MicroBatch(Tokens.tensor(sequences), step, new int[] {2 * slot, 2 * slot + 1}, new double[] {1, 1});
    }
}

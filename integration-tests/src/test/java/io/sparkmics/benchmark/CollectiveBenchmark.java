package io.sparkmics.benchmark;

import io.sparkmics.bootstrap.CommunicationSettings;
import io.sparkmics.bootstrap.Communicator;
import io.sparkmics.bootstrap.GroupKind;
import io.sparkmics.bootstrap.Pending;
import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.Transport;
import io.sparkmics.bootstrap.gloo.GlooTransport;
import io.sparkmics.bootstrap.memory.MemoryTransport;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What a collective of 1 MB takes on ranks of one host that do nothing else, over sockets and over memory. */
final class CollectiveBenchmark {

    private static final long ELEMENTS = 1 << 18;
    private static final int WARM_UP = 200;
    private static final int CALLS = 500;
    private static final int ROUNDS = 5;

    private static final Map<String, Supplier<Transport>> ROADS = new LinkedHashMap<>();

    static {
        ROADS.put("Gloo, threads", () -> GlooTransport.on("127.0.0.1"));
        ROADS.put("memory, threads", () -> MemoryTransport.over(GlooTransport.on("127.0.0.1")));
    }

    private CollectiveBenchmark() {}

    public static void main(String[] arguments) {
        System.out.println("| ranks | road | gather | reduce-scatter | all-reduce |\n|---|---|---|---|---|");
        for (int ranks : new int[] {2, 4}) {
            ROADS.forEach((name, transport) -> System.out.printf(
                    Locale.ROOT, "| %d | %s | %s |%n", ranks, name, String.join(" | ", measure(ranks, transport))));
        }
    }

    private static List<String> measure(int ranks, Supplier<Transport> transport) {
        return ThreadRanks.of(ranks)
                .with(CommunicationSettings.of(ranks).withChecking(false))
                .over(transport)
                .run(CollectiveBenchmark::measure)
                .get(0);
    }

    private static List<String> measure(RankContext rank) {
        Communicator group = rank.communicator(GroupKind.PARTITION);
        try (Tensor whole = torch.zeros(ELEMENTS);
                Tensor shard = torch.zeros(ELEMENTS / rank.worldSize())) {
            return List.of(
                    millis(group, communicator -> communicator.gather(shard, whole)),
                    millis(group, communicator -> communicator.reduceScatter(whole, shard)),
                    millis(group, communicator -> communicator.allReduce(whole)));
        }
    }

    /** The median of some rounds, each the mean of many calls. */
    private static String millis(Communicator group, Function<Communicator, Pending> call) {
        for (int i = 0; i < WARM_UP; i++) {
            call.apply(group).await();
        }
        List<Double> rounds = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            long begin = System.nanoTime();
            for (int i = 0; i < CALLS; i++) {
                call.apply(group).await();
            }
            rounds.add((System.nanoTime() - begin) / 1e6 / CALLS);
        }
        return String.format(Locale.ROOT, "%.2f ms", Median.of(rounds));
    }
}

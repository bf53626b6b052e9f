package io.sparkmics.benchmark;

import io.sparkmics.bootstrap.Bootstrap;
import io.sparkmics.bootstrap.CommunicationSettings;
import io.sparkmics.bootstrap.Communicator;
import io.sparkmics.bootstrap.FileExchange;
import io.sparkmics.bootstrap.GroupKind;
import io.sparkmics.bootstrap.Pending;
import io.sparkmics.bootstrap.Place;
import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.Transport;
import io.sparkmics.bootstrap.gloo.GlooTransport;
import io.sparkmics.bootstrap.machine.Threads;
import io.sparkmics.bootstrap.memory.MemoryTransport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What a collective of 1 MB takes on ranks of one host that do nothing else, over sockets and over memory. */
final class CollectiveBenchmark {

    private static final long ELEMENTS = 1 << 18;
    private static final int WARM_UP = 200;
    private static final int CALLS = 200;
    private static final int ROUNDS = 5;

    private CollectiveBenchmark() {}

    /** @param arguments of a rank that is a process: the directory of the exchange, how many ranks, its number, the road */
    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0) {
            process(arguments);
            return;
        }
        System.out.println("| ranks | road | gather | reduce-scatter | all-reduce |\n|---|---|---|---|---|");
        for (int ranks : new int[] {2, 4}) {
            for (String road : List.of("sockets", "memory")) {
                print(ranks, "threads over " + road, threads(ranks, road));
                print(ranks, "processes over " + road, processes(ranks, road));
            }
        }
    }

    private static void print(int ranks, String road, String measured) {
        System.out.printf(Locale.ROOT, "| %d | %s %s%n", ranks, road, measured);
    }

    private static Transport transport(String road) {
        GlooTransport sockets = GlooTransport.on("127.0.0.1");
        return road.equals("memory") ? MemoryTransport.over(sockets) : sockets;
    }

    private static CommunicationSettings settings(int ranks) {
        return CommunicationSettings.of(ranks).withChecking(false);
    }

    private static String threads(int ranks, String road) {
        return ThreadRanks.of(ranks)
                .with(settings(ranks))
                .over(() -> transport(road))
                .run(CollectiveBenchmark::measure)
                .get(0);
    }

    /** What the first of them has printed. */
    private static String processes(int ranks, String road) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("collectives");
        List<Process> processes = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
            processes.add(new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx256m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            CollectiveBenchmark.class.getName(),
                            directory.toString(),
                            "" + ranks,
                            "" + rank,
                            road)
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("output-" + rank).toFile())
                    .start());
        }
        for (Process process : processes) {
            process.waitFor();
        }
        return Files.readAllLines(directory.resolve("output-0")).stream()
                .filter(line -> line.startsWith("|"))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("Cannot measure: a rank failed, see " + directory));
    }

    private static void process(String[] arguments) {
        int ranks = Integer.parseInt(arguments[1]);
        int id = Integer.parseInt(arguments[2]);
        Threads.hold(1);
        try (RankContext rank = Bootstrap.join(
                new FileExchange(Path.of(arguments[0]), ranks, id, Duration.ofMinutes(1)),
                new Place(id, "127.0.0.1", "node", Optional.empty()),
                transport(arguments[3]),
                new byte[0],
                settings(ranks))) {
            System.out.println(measure(rank));
        }
    }

    /** The rest of a row. */
    private static String measure(RankContext rank) {
        Communicator group = rank.communicator(GroupKind.PARTITION);
        try (Tensor whole = torch.zeros(ELEMENTS);
                Tensor shard = torch.zeros(ELEMENTS / rank.worldSize())) {
            return "| " + millis(() -> group.gather(shard, whole))
                    + " | " + millis(() -> group.reduceScatter(whole, shard))
                    + " | " + millis(() -> group.allReduce(whole)) + " |";
        }
    }

    /** The median of some rounds, each the mean of many calls. */
    private static String millis(Supplier<Pending> call) {
        for (int i = 0; i < WARM_UP; i++) {
            call.get().await();
        }
        List<Double> rounds = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
            long begin = System.nanoTime();
            for (int i = 0; i < CALLS; i++) {
                call.get().await();
            }
            rounds.add((System.nanoTime() - begin) / 1e6 / CALLS);
        }
        return String.format(Locale.ROOT, "%.2f ms", Median.of(rounds));
    }
}

package io.sparkmics.benchmark.network;

import io.sparkmics.bootstrap.machine.Threads;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * All ranks of one host, a thread each. Says {@code ready}; then, for each contestant, number of steps and of micro-steps that
 * it reads, trains so many and prints for each rank what {@code network/pytorch.py} prints too.
 */
final class NetworkRanks {

    private NetworkRanks() {}

    /** Ends with its input, or with the first rank that fails. */
    public static void main(String[] arguments) throws IOException {
        Map<String, String> options = Stream.of(arguments)
                .map(argument -> argument.substring(2).split("=", 2))
                .collect(Collectors.toMap(option -> option[0], option -> option[1]));
        int ranks = Integer.parseInt(options.get("k"));
        Threads.hold(Integer.parseInt(options.get("threads")));
        try {
            serve(options, ranks);
            // Nobody waits for what peers still send: the driver ends all of them together.
            Runtime.getRuntime().halt(0);
        } catch (ExecutionException | InterruptedException e) {
            e.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }

    private static void serve(Map<String, String> options, int ranks)
            throws IOException, ExecutionException, InterruptedException {
        List<NetworkRank> bodies = IntStream.range(0, ranks)
                .mapToObj(local -> new NetworkRank(options, local))
                .toList();
        List<ExecutorService> threads = IntStream.range(0, ranks)
                .mapToObj(local -> Executors.newSingleThreadExecutor(body -> new Thread(body, "rank-" + local)))
                .toList();
        each(threads, bodies, NetworkRank::start);
        System.out.println("ready");
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            String[] words = order.split(" ");
            Contestant contestant = Contestant.named(words[0]);
            int steps = Integer.parseInt(words[1]);
            int microSteps = Integer.parseInt(words[2]);
            each(threads, bodies, body -> body.train(contestant, steps, microSteps))
                    .forEach(answer -> System.out.println("turn " + answer));
        }
    }

    @FunctionalInterface
    private interface Work {
        String of(NetworkRank rank) throws IOException;
    }

    private static List<String> each(List<ExecutorService> threads, List<NetworkRank> bodies, Work work)
            throws ExecutionException, InterruptedException {
        List<Future<String>> all = new ArrayList<>();
        for (int local = 0; local < bodies.size(); local++) {
            NetworkRank body = bodies.get(local);
            all.add(threads.get(local).submit(() -> work.of(body)));
        }
        List<String> answers = new ArrayList<>();
        for (Future<String> one : all) {
            answers.add(one.get());
        }
        return answers;
    }
}

package io.sparkmics.benchmark.network;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A process of one rank, or of all ranks of a host, that trains as it is told. */
final class RankProcess implements AutoCloseable {

    private static final String READY = "ready";
    private static final String TURN = "turn ";
    private static final String ENDED = "";
    private static final int LOG_LINES = 20;

    private final Process process;
    private final PrintWriter orders;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final Path log;
    private final int ranks;
    private final int timeoutSeconds;

    /**
     * @param log what it says besides
     * @param ranks that answer in this process
     */
    RankProcess(List<String> command, Map<String, String> environment, Path log, int ranks, int timeoutSeconds)
            throws IOException {
        this.log = log;
        this.ranks = ranks;
        this.timeoutSeconds = timeoutSeconds;
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        builder.environment().putAll(environment);
        process = builder.start();
        orders = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
        Thread reader = new Thread(this::read, "answers-" + process.pid());
        reader.setDaemon(true);
        reader.start();
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            // Gloo writes to the same stream.
            lines.lines()
                    .filter(line -> line.startsWith(READY) || line.startsWith(TURN))
                    .forEach(answers::add);
        } catch (IOException | RuntimeException e) {
            System.err.println("Cannot read what " + process.pid() + " answers: " + e);
        } finally {
            answers.add(ENDED);
        }
    }

    /** Waits until it is. What it says of itself comes back. */
    String ready() throws IOException {
        return next().substring(READY.length()).strip();
    }

    void order(String order) {
        orders.println(order);
    }

    /** Numbers of each rank. */
    List<List<Double>> answers() throws IOException {
        List<List<Double>> all = new ArrayList<>();
        for (int rank = 0; rank < ranks; rank++) {
            all.add(Stream.of(next().substring(TURN.length()).split(" "))
                    .map(Double::valueOf)
                    .toList());
        }
        return all;
    }

    private String next() throws IOException {
        try {
            String answer = answers.poll(timeoutSeconds, TimeUnit.SECONDS);
            if (answer == null) {
                throw new IOException("Cannot go on: a rank did not answer in " + timeoutSeconds + " s. " + logged());
            }
            if (answer.equals(ENDED)) {
                throw new IOException("Cannot go on: a rank has ended. " + logged());
            }
            return answer;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Cannot go on: interrupted", e);
        }
    }

    private String logged() throws IOException {
        List<String> lines = Files.readAllLines(log);
        return "The last it said:\n"
                + String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    }

    long pid() {
        return process.pid();
    }

    double cpuSeconds() {
        return process.info()
                .totalCpuDuration()
                .map(duration -> duration.toNanos() / 1e9)
                .orElse(0.0);
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            // A namespace goes with its last process.
            process.waitFor(timeoutSeconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

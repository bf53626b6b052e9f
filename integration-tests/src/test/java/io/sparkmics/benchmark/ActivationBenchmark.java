package io.sparkmics.benchmark;

import io.sparkmics.benchmark.ActivationTraining.Case;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.GptConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * What activations take, and what it costs to take less: stages that keep their input only, and logits a part at a time. Each
 * case runs in two processes of its own, for memory and for time, in rounds that take turns.
 */
final class ActivationBenchmark {

    private static final int STEPS = 2;
    private static final double MEBIBYTE = 1L << 20;

    /** So that each tensor of this many bytes or more is mapped when it is made and unmapped when it is freed. */
    private static final String EXACT = "65536";

    private static final GptConfig DEEP =
            Gpt.config().layers(8).heads(4).width(128).context(256).vocabularySize(257);
    private static final GptConfig WORDS =
            Gpt.config().layers(2).heads(4).width(128).context(256).vocabularySize(50257);

    private record Row(String name, Case training) {}

    /** @param cpu seconds of a step */
    private record Taken(long bytes, double cpu) {}

    private final int rounds;

    private ActivationBenchmark(int rounds) {
        this.rounds = rounds;
    }

    /** How many rounds; 3 where nothing is said. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        new ActivationBenchmark(arguments.length == 0 ? 3 : Integer.parseInt(arguments[0])).run();
    }

    private void run() throws IOException, InterruptedException {
        table(
                "activationCheckpointing",
                Stream.of(0, 4, 2, 1)
                        .map(every -> new Row(every + "", new Case(DEEP, 16, every, 0)))
                        .toList());
        table(
                "activationCheckpointing, dropout 0.1",
                Stream.of(0, 2, 1)
                        .map(every -> new Row(every + "", new Case(DEEP.dropout(0.1), 16, every, 0)))
                        .toList());
        table(
                "logits at a time",
                Stream.of(1L << 40, 1L << 26, 1L << 25, 1L << 24, 1L << 23, 1L << 22)
                        .map(logits -> new Row(logits == 1L << 40 ? "all" : logits + "", new Case(WORDS, 4, 0, logits)))
                        .toList());
    }

    private void table(String what, List<Row> rows) throws IOException, InterruptedException {
        List<Taken> exact = new ArrayList<>();
        List<List<Taken>> timed = new ArrayList<>();
        for (Row row : rows) {
            exact.add(run(row.training(), true));
            timed.add(new ArrayList<>());
        }
        for (int round = 0; round < rounds; round++) {
            for (int index = 0; index < rows.size(); index++) {
                timed.get(index).add(run(rows.get(index).training(), false));
            }
        }
        System.out.printf(
                Locale.ROOT,
                "| %s | MiB taken | planned | planned of taken | MiB resident | CPU s a step | of the first |%n"
                        + "|---|---|---|---|---|---|---|%n",
                what);
        double first = cpu(timed.get(0));
        for (int index = 0; index < rows.size(); index++) {
            long taken = exact.get(index).bytes();
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %.1f | %s | %.1f | %.3f | %.2f |%n",
                    rows.get(index).name(),
                    taken / MEBIBYTE,
                    planned(rows.get(index).training(), taken),
                    Median.of(timed.get(index).stream()
                                    .map(one -> (double) one.bytes())
                                    .toList())
                            / MEBIBYTE,
                    cpu(timed.get(index)),
                    cpu(timed.get(index)) / first);
        }
        System.out.println();
    }

    private static double cpu(List<Taken> rounds) {
        return Median.of(rounds.stream().map(Taken::cpu).toList());
    }

    /** Parts of other sizes than the model's are not planned. */
    private static String planned(Case training, long taken) {
        if (training.logits() != 0) {
            return "- | -";
        }
        long planned = training.settings()
                .activationModel(training.config(), false)
                .bytes(training.microBatchSize(), training.config().context());
        return String.format(Locale.ROOT, "%.1f | %.3f", planned / MEBIBYTE, planned / (double) taken);
    }

    private static Taken run(Case training, boolean exact) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                ActivationTraining.class.getName()));
        command.addAll(training.words());
        command.add(exact ? "0" : STEPS + "");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        if (exact) {
            builder.environment().put("MALLOC_MMAP_THRESHOLD_", EXACT);
        }
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("Cannot measure " + training + ": its process ended with " + process.exitValue()
                    + " and said: " + said);
        }
        String[] words = said.lines()
                .filter(line -> line.startsWith("taken "))
                .findFirst()
                .orElseThrow()
                .split(" ");
        System.err.println(training + (exact ? ", exact: " : ": ") + String.join(" ", words));
        return new Taken(Long.parseLong(words[1]), Double.parseDouble(words[2]));
    }
}

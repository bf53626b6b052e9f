package io.sparkmics.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** A process that does so many steps of training, or passes of scoring, as it is told to, then waits for the next turn. */
final class TrainingProcess implements AutoCloseable {

    /**
     * @param seconds of each step
     * @param losses of each step
     * @param cpu processor seconds of the whole process since its turn before
     */
    record Turn(List<Double> seconds, List<Double> losses, double cpu) {

        /** Seconds of the median step. */
        double step() {
            return Median.of(seconds);
        }

        double cpuOfStep() {
            return cpu / seconds.size();
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.3f %.3f", step(), cpuOfStep());
        }

        double lastLoss() {
            return losses.get(losses.size() - 1);
        }
    }

    private final Process process;
    private final BufferedReader answers;
    private final PrintWriter orders;
    private double cpu;

    private TrainingProcess(List<String> command) throws IOException {
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        answers = process.inputReader(StandardCharsets.UTF_8);
        orders = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
        if (!"ready".equals(answers.readLine())) {
            process.destroyForcibly();
            throw new IOException("Cannot start " + command + ": it ended. Its error is above.");
        }
        cpu = cpuNow();
    }

    /**
     * In a JVM with the settings of this one.
     *
     * @param weights is written
     */
    static TrainingProcess ours(CpuComparison.Size size, int threads, Path weights) throws IOException {
        List<String> command = java(CpuTraining.class);
        return new TrainingProcess(with(command, size, threads, weights));
    }

    /**
     * @param weights is read
     * @param fused with PyTorch's own fast paths: fused attention, fused optimizer
     */
    static TrainingProcess pyTorch(CpuComparison.Size size, int threads, Path weights, boolean fused)
            throws IOException {
        List<String> command = with(python("cpu/pytorch.py"), size, threads, weights);
        if (fused) {
            command.add("--fused");
        }
        return new TrainingProcess(command);
    }

    /** A program of ours in a JVM with the settings of this one. */
    static TrainingProcess java(Class<?> program, List<String> common, String... options) throws IOException {
        return new TrainingProcess(with(java(program), common, options));
    }

    /** A script of PyTorch's. */
    static TrainingProcess python(String script, List<String> common, String... options) throws IOException {
        return new TrainingProcess(with(python(script), common, options));
    }

    private static List<String> with(List<String> command, List<String> common, String... options) {
        command.addAll(common);
        command.addAll(List.of(options));
        return command;
    }

    private static List<String> java(Class<?> program) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        return command;
    }

    private static List<String> python(String script) {
        String python = Optional.ofNullable(System.getenv("SPARK_MICS_PYTHON")).orElse("python3");
        return new ArrayList<>(List.of(python, script));
    }

    private static List<String> with(List<String> command, CpuComparison.Size size, int threads, Path weights) {
        command.add("--layers=" + size.config().layers());
        command.add("--heads=" + size.config().heads());
        command.add("--width=" + size.config().width());
        command.add("--context=" + size.config().context());
        command.add("--vocabulary=" + size.config().vocabularySize());
        command.add("--dropout=" + size.config().dropout());
        command.add("--micro-batch=" + size.microBatch());
        command.add("--micro-steps=" + size.microSteps());
        command.add("--threads=" + threads);
        command.add("--weights=" + weights);
        return command;
    }

    Turn take(int steps) throws IOException {
        orders.println(steps);
        String answer = answers.readLine();
        if (answer == null) {
            throw new IOException("Cannot go on measuring: a process has ended. Its error is above.");
        }
        List<Double> numbers = Stream.of(answer.split(" ")).map(Double::valueOf).toList();
        double before = cpu;
        cpu = cpuNow();
        return new Turn(numbers.subList(0, steps), numbers.subList(steps, 2 * steps), cpu - before);
    }

    private double cpuNow() {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
    }

    @Override
    public void close() {
        process.destroy();
    }
}

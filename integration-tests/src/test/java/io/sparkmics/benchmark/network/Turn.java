package io.sparkmics.benchmark.network;

import io.sparkmics.benchmark.Median;
import io.sparkmics.monitor.WaitSeconds;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * The same steps of one contestant.
 *
 * @param seconds of each step on the rank that was slowest in it
 * @param losses of each step, the mean over the ranks
 * @param norms of the gradient of each step, before clipping
 * @param waits of all steps together, the mean over the ranks; empty of those that do not measure it
 * @param cpuSeconds of all ranks' processes together
 * @param bytes that went over the links
 */
record Turn(
        List<Double> seconds,
        List<Double> losses,
        List<Double> norms,
        Optional<WaitSeconds> waits,
        double cpuSeconds,
        InterfaceBytes bytes) {

    /**
     * @param answers of the ranks: seconds, losses and norms, of all steps each, and then, if measured, seconds of waits in
     *     the order of {@link WaitSeconds}
     */
    static Turn of(List<List<Double>> answers, int steps, double cpuSeconds, InterfaceBytes bytes) {
        List<Double> seconds = IntStream.range(0, steps)
                .mapToObj(step -> answers.stream()
                        .mapToDouble(answer -> answer.get(step))
                        .max()
                        .orElseThrow())
                .toList();
        List<Double> waits = means(answers, 3 * steps, answers.get(0).size());
        return new Turn(
                seconds,
                means(answers, steps, 2 * steps),
                answers.get(0).subList(2 * steps, 3 * steps),
                waits.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new WaitSeconds(waits.get(0), waits.get(1), waits.get(2), waits.get(3))),
                cpuSeconds,
                bytes);
    }

    private static List<Double> means(List<List<Double>> answers, int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(index -> answers.stream()
                        .mapToDouble(answer -> answer.get(index))
                        .average()
                        .orElseThrow())
                .toList();
    }

    int steps() {
        return seconds.size();
    }

    double secondsOfStep() {
        return Median.of(seconds);
    }

    double cpuSecondsOfStep() {
        return cpuSeconds / steps();
    }

    double bytesOfStep() {
        return (double) bytes.busiest() / steps();
    }
}

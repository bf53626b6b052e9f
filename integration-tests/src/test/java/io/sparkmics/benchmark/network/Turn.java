package io.sparkmics.benchmark.network;

import io.sparkmics.benchmark.Median;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The same steps of one contestant.
 *
 * @param seconds of each step on the rank that was slowest in it
 * @param losses of each step, the mean over the ranks
 * @param norms of the gradient of each step, before clipping
 * @param cpuSeconds of all ranks' processes together
 * @param bytes that went over the links
 */
record Turn(List<Double> seconds, List<Double> losses, List<Double> norms, double cpuSeconds, InterfaceBytes bytes) {

    /** @param answers of the ranks: seconds, losses and norms, of all steps each */
    static Turn of(List<List<Double>> answers, int steps, double cpuSeconds, InterfaceBytes bytes) {
        List<Double> seconds = IntStream.range(0, steps)
                .mapToObj(step -> answers.stream()
                        .mapToDouble(answer -> answer.get(step))
                        .max()
                        .orElseThrow())
                .toList();
        List<Double> losses = IntStream.range(steps, 2 * steps)
                .mapToObj(step -> answers.stream()
                        .mapToDouble(answer -> answer.get(step))
                        .average()
                        .orElseThrow())
                .toList();
        return new Turn(seconds, losses, answers.get(0).subList(2 * steps, 3 * steps), cpuSeconds, bytes);
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

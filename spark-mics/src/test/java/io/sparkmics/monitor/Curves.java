package io.sparkmics.monitor;

import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

/** Metrics as a run of a small GPT has them. */
final class Curves {

    private Curves() {}

    static List<StepMetrics> ofAGpt(int steps) {
        Random random = new Random(17);
        return LongStream.rangeClosed(1, steps)
                .mapToObj(step -> {
                    double trend = 2.15 + 3.4 * Math.exp(-step * 12.0 / steps) + 0.5 * Math.exp(-step * 2.0 / steps);
                    Double validation = step % (steps / 4) == 0 ? trend + 0.06 : null;
                    double loss = trend + 0.09 * random.nextGaussian();
                    double rate = 1e-3 * Math.min(1, step / (0.1 * steps));
                    return new StepMetrics(step, steps, loss, rate, 0.8, 9_800, step * 4096, validation, step * 0.42);
                })
                .toList();
    }
}

package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.integration.ChildProcess.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class SoakIT {

    private static final int STEPS = 500;
    private static final int WARM_UP = 150;
    private static final Pattern LINE = Pattern.compile("step (\\d+) resident (\\d+)");

    private record Sample(long step, double megabytes) {}

    @Test
    void fiveHundredStepsLeaveResidentMemoryWhereItWas() throws Exception {
        // A heap of fixed size, touched before the start, and no optimising compiler: what grows then is native and
        // ours.
        Outcome run = new ChildProcess(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms256m",
                        "-Xmx256m",
                        "-XX:+AlwaysPreTouch",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Soak.class.getName(),
                        Integer.toString(STEPS)))
                .run(Duration.ofMinutes(20));
        assertThat(run.exitCode()).as(run.output()).isZero();
        List<Sample> samples = LINE.matcher(run.output())
                .results()
                .map(line -> new Sample(Long.parseLong(line.group(1)), Long.parseLong(line.group(2)) / 1e6))
                .filter(sample -> sample.step() > WARM_UP)
                .toList();
        assertThat(samples).hasSize((STEPS - WARM_UP) / 10);
        assertThat(100 * slope(samples)).as("MB per 100 steps of %s", samples).isLessThan(1);
    }

    /**
     * Megabytes per step: the median over all pairs of samples. What grows, grows between most pairs; what the JVM takes once
     * for itself does not count.
     */
    private static double slope(List<Sample> samples) {
        double[] slopes = IntStream.range(0, samples.size())
                .boxed()
                .flatMapToDouble(from -> IntStream.range(from + 1, samples.size())
                        .mapToDouble(to -> slope(samples.get(from), samples.get(to))))
                .sorted()
                .toArray();
        return slopes[slopes.length / 2];
    }

    private static double slope(Sample from, Sample to) {
        return (to.megabytes() - from.megabytes()) / (to.step() - from.step());
    }
}

package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.integration.ChildProcess.Outcome;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class SoakIT {

    private static final int WARM_UP = 150;
    private static final Pattern LINE = Pattern.compile("step (\\d+) resident (\\d+) pointers (\\d+)");

    private record Sample(long step, double megabytes, long pointers) {}

    /**
     * Of 100 steps, with ten checkpoints by two ranks. Half of what may be lost, as what is flat measures a fifth of that, and
     * 48 KB that each save of a rank leaves behind, those of a directory that nobody closes, measure 0.96.
     */
    private static final double MEGABYTES = 0.5;

    @TempDir
    Path folder;

    @Test
    void fiveHundredStepsLeaveResidentMemoryWhereItWas() throws Exception {
        assertFlat(500);
    }

    @Test
    @Tag("faults")
    void twoThousandStepsLeaveResidentMemoryWhereItWas() throws Exception {
        assertFlat(2000);
    }

    private void assertFlat(int steps) throws Exception {
        // A heap of fixed size, touched before the start, and code that is compiled with its first call and never
        // again: what
        // grows then is native and ours. Compiled as usual, what is called ten times in 100 steps is compiled late, one
        // method
        // after the other, which took 2 MB between the steps 150 and 700.
        Outcome run = new ChildProcess(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms256m",
                        "-Xmx256m",
                        "-XX:+AlwaysPreTouch",
                        "-Xcomp",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Soak.class.getName(),
                        Integer.toString(steps),
                        folder.toString()))
                .run(Soak.LONGEST);
        assertThat(run.exitCode()).as(run.output()).isZero();
        List<Sample> samples = LINE.matcher(run.output())
                .results()
                .map(line -> new Sample(
                        Long.parseLong(line.group(1)),
                        Long.parseLong(line.group(2)) / 1e6,
                        Long.parseLong(line.group(3))))
                .filter(sample -> sample.step() > WARM_UP)
                .toList();
        assertThat(samples).hasSize((steps - WARM_UP) / 10);
        assertThat(100 * slope(samples)).as("MB per 100 steps of %s", samples).isLessThan(MEGABYTES);
        // Exactly: every handle of a step and of a save is closed, and none waits for the garbage collector. What the
        // start
        // has left to it, it may take.
        long pointers = samples.get(0).pointers();
        assertThat(samples)
                .extracting(Sample::pointers)
                .allSatisfy(later -> assertThat(later).isLessThanOrEqualTo(pointers));
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

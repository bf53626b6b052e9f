package io.sparkmics.plan.step;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Predictions in words, for people. */
public final class PlanText {

    private static final double GIBIBYTE = 1L << 30;
    private static final double GIGA = 1e9;
    private static final double TERA = 1e12;
    private static final double MEBIBYTE = 1L << 20;

    private PlanText() {}

    /** A heading and a line for each prediction, the chosen one marked. */
    public static List<String> table(List<Prediction> predictions) {
        Optional<Prediction> chosen = Planner.best(predictions);
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                "%7s %-12s %3s %5s %10s %10s %9s %9s %9s %9s %9s %7s",
                "p",
                "gather",
                "b",
                "s",
                "memory GiB",
                "left GiB",
                "inside GB",
                "net GB",
                "compute s",
                "exposed s",
                "step s",
                "TFLOP/s"));
        predictions.forEach(prediction ->
                lines.add(line(prediction, chosen.filter(prediction::equals).isPresent())));
        return lines;
    }

    private static String line(Prediction prediction, boolean chosen) {
        Prediction.Memory memory = prediction.memory();
        Prediction.Time time = prediction.time();
        return String.format(
                Locale.ROOT,
                "%s %5d %-12s %3d %5d %10.2f %10.2f %9.1f %9.1f %9s %9s %9s %7.2f%s",
                chosen ? "*" : " ",
                prediction.partitionGroupSize(),
                prediction.hierarchical() ? "hierarchical" : prediction.partitionGroupSize() == 1 ? "none" : "flat",
                prediction.microBatchSize(),
                prediction.microSteps(),
                (memory.limit() - memory.left()) / GIBIBYTE,
                memory.left() / GIBIBYTE,
                prediction.insideBytes() / GIGA,
                prediction.betweenBytes() / GIGA,
                seconds(time.compute()),
                seconds(time.exposed()),
                seconds(time.step()),
                prediction.flopsPerSecond() / TERA,
                memory.fits() ? "" : "  does not fit");
    }

    /** Why this one: its arithmetic in one sentence, and what memory is left. */
    public static String choice(Prediction chosen, int worldSize) {
        Prediction.Time time = chosen.time();
        return String.format(
                Locale.ROOT,
                "Partition groups of %d of %s%s: a step of %s s = %s compute + %s communication that nothing hides"
                        + " + %s update; %s of a rank take %s of %s, %s are left.",
                chosen.partitionGroupSize(),
                worldSize == 1 ? "1 rank" : worldSize + " ranks",
                chosen.hierarchical() ? ", gathered hierarchically" : "",
                seconds(time.step()),
                seconds(time.compute()),
                seconds(time.exposed()),
                seconds(time.update()),
                chosen.memory().activationBytes() > 0
                        ? "states, buffers and activations"
                        : "states and buffers, without activations,",
                size(chosen.memory().limit() - chosen.memory().left()),
                size(chosen.memory().limit()),
                size(chosen.memory().left()));
    }

    /** How much of what its maker promises a rank computes, over the whole step. */
    public static String speed(Prediction chosen, Processor processor) {
        return String.format(
                Locale.ROOT,
                "That is %.2f TFLOP/s a rank, %.1f %% of its peak.",
                chosen.flopsPerSecond() / TERA,
                100 * chosen.flopsPerSecond() / processor.peakFlops());
    }

    /** Three digits that count. */
    static String seconds(double seconds) {
        int decimals = seconds >= 100 ? 1 : seconds >= 1 ? 2 : seconds >= 0.01 ? 4 : 6;
        return String.format(Locale.ROOT, "%." + decimals + "f", seconds);
    }

    private static String size(long bytes) {
        return Math.abs(bytes) < GIBIBYTE
                ? String.format(Locale.ROOT, "%.1f MiB", bytes / MEBIBYTE)
                : String.format(Locale.ROOT, "%.1f GiB", bytes / GIBIBYTE);
    }
}

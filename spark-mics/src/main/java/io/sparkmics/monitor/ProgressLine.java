package io.sparkmics.monitor;

import java.io.Console;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.hadoop.util.ShutdownHookManager;
import org.apache.spark.SparkContext;

/**
 * One line for people: on a terminal rewritten in place, elsewhere a fresh one every few seconds. The first and the last
 * step are always shown, and what is trained again is told. Any thread.
 */
public final class ProgressLine implements StepListener, AutoCloseable {

    private static final Duration ON_A_TERMINAL = Duration.ofMillis(100);
    private static final Duration ELSEWHERE = Duration.ofSeconds(5);

    private final String counted;
    private final PrintStream out;
    private final boolean terminal;
    private final LongSupplier nanoTime;
    private final Supplier<SparkProgressBar> hiding;

    private SparkProgressBar hidden;
    private final StepHistory history = new StepHistory();

    /** Since the run began or went back. */
    private StepMetrics first;

    private StepMetrics latest;
    private StepMetrics shown;
    private long shownAt;
    private int shownLength;

    /**
     * On {@link System#err}, where Spark's own progress bar makes room for it.
     *
     * @param counted what {@link StepMetrics#tokens} are: tokens, or rows
     */
    public ProgressLine(SparkContext spark, String counted) {
        this(counted, System.err, isTerminal(), System::nanoTime, () -> SparkProgressBar.hide(spark));
    }

    /**
     * @param terminal whether a carriage return goes back to the beginning of the line
     * @param nanoTime the clock that says when the next line is due
     * @param hiding makes room for the first line, until this is closed
     */
    ProgressLine(
            String counted,
            PrintStream out,
            boolean terminal,
            LongSupplier nanoTime,
            Supplier<SparkProgressBar> hiding) {
        this.counted = counted;
        this.out = out;
        this.terminal = terminal;
        this.nanoTime = nanoTime;
        this.hiding = hiding;
    }

    @Override
    public synchronized void accept(StepMetrics metrics) {
        if (hidden == null) {
            hidden = hiding.get();
        }
        if (history.repeats(metrics)) {
            resume(history.before(metrics));
        }
        history.add(metrics);
        first = first == null ? metrics : first;
        latest = metrics;
        long interval = (terminal ? ON_A_TERMINAL : ELSEWHERE).toNanos();
        if (shown == null || metrics.step() == metrics.steps() || nanoTime.getAsLong() - shownAt >= interval) {
            show();
        }
    }

    @Override
    public synchronized void resume(List<StepMetrics> steps) {
        long last = history.lastStep();
        leave();
        history.replace(steps);
        first = null;
        if (last > history.lastStep() && !ShutdownHookManager.get().isShutdownInProgress()) {
            out.println(repeated(history.lastStep(), last));
            out.flush();
        }
    }

    /** @param kept the last step that counts; 0: none */
    private static String repeated(long kept, long last) {
        String from = kept == 0 ? "Beginning again" : "Going on from the checkpoint after step " + kept;
        String steps = kept + 1 == last ? "step " + last + " is" : "steps " + (kept + 1) + " to " + last + " are";
        return from + ": " + steps + " repeated.";
    }

    /** A whole line, between two of steps. */
    public synchronized void tell(String text) {
        if (ShutdownHookManager.get().isShutdownInProgress()) {
            // How the run ended has been said.
            return;
        }
        leave();
        out.println(text);
        out.flush();
    }

    /** Shows the last step if it has not been shown, and leaves the line. */
    @Override
    public synchronized void close() {
        leave();
        if (hidden != null) {
            hidden.close();
        }
    }

    private void leave() {
        if (latest != null && latest != shown) {
            show();
        }
        if (terminal && shown != null) {
            out.println();
            out.flush();
        }
        shown = null;
        shownLength = 0;
        latest = null;
    }

    private void show() {
        if (ShutdownHookManager.get().isShutdownInProgress()) {
            // Ranks go on for a moment; how the run ended has been said.
            return;
        }
        String line = describe();
        if (terminal) {
            // Blanks over what a longer line has left.
            out.print("\r" + line + " ".repeat(Math.max(0, shownLength - line.length())));
        } else {
            out.println(line);
        }
        out.flush();
        shown = latest;
        shownAt = nanoTime.getAsLong();
        shownLength = line.length();
    }

    private String describe() {
        String steps = Long.toString(latest.steps());
        StringBuilder line = new StringBuilder(String.format(
                Locale.ROOT,
                "step %" + steps.length() + "d of %s  loss %.4f  lr %.2e  %s %s/s",
                latest.step(),
                steps,
                latest.loss(),
                latest.learningRate(),
                thousands(latest.tokensPerSecond()),
                counted));
        Double validationLoss = history.validationLoss();
        if (validationLoss != null) {
            line.append(String.format(Locale.ROOT, "  validation %.4f", validationLoss));
        }
        long skipped = history.skipped();
        if (skipped > 0) {
            line.append("  skipped ").append(skipped);
        }
        if (latest.step() == latest.steps()) {
            line.append("  in ").append(clock(latest.seconds()));
        } else if (latest.step() == first.step()) {
            // About: the first step warms up, the others are faster.
            double secondsPerStep = latest.seconds() / latest.step();
            line.append("  left about ").append(clock(secondsPerStep * (latest.steps() - latest.step())));
        } else {
            double secondsPerStep = (latest.seconds() - first.seconds()) / (latest.step() - first.step());
            line.append("  left ").append(clock(secondsPerStep * (latest.steps() - latest.step())));
        }
        return line.toString();
    }

    private static String thousands(double value) {
        return value < 10_000
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.1fk", value / 1000);
    }

    private static String clock(double seconds) {
        Duration time = Duration.ofSeconds(Math.max(0, Math.round(seconds)));
        return time.toHours() > 0
                ? String.format(Locale.ROOT, "%d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart())
                : String.format(Locale.ROOT, "%d:%02d", time.toMinutes(), time.toSecondsPart());
    }

    private static boolean isTerminal() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            // Since Java 22 there is a console without a terminal too, and it can say so.
            return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException older) {
            return true;
        }
    }
}

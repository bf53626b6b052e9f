package io.sparkmics.gpu;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectPackage;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs every test of the class path that is tagged {@code gpu}, where there is no Maven, and prints a line for each. Ends
 * with 0 where all that ran succeeded, 1 where one failed, 2 where there is no such test at all.
 */
public final class GpuTests {

    private GpuTests() {}

    public static void main(String[] arguments) {
        PrintStream out = System.out;
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectPackage("io.sparkmics"))
                .filters(TagFilter.includeTags("gpu"))
                // One that hangs in native code must not keep the others from being run.
                .configurationParameter("junit.jupiter.execution.timeout.default", "60 s")
                .configurationParameter("junit.jupiter.execution.timeout.thread.mode.default", "SEPARATE_THREAD")
                .build();
        Report report = new Report(out);
        Launcher launcher = LauncherFactory.create();
        launcher.execute(request, report);
        out.println("gpu tests: " + report.passed + " passed, " + report.failed + " failed, " + report.skipped
                + " skipped");
        out.flush();
        // Threads of a test that hung must not hold the process.
        Runtime.getRuntime().halt(report.failed > 0 ? 1 : report.passed + report.skipped == 0 ? 2 : 0);
    }

    private static final class Report implements TestExecutionListener {

        private final PrintStream out;
        private final Set<String> reasons = new TreeSet<>();
        private int passed;
        private int failed;
        private int skipped;
        private long begin;

        Report(PrintStream out) {
            this.out = out;
        }

        @Override
        public void executionStarted(TestIdentifier test) {
            begin = System.nanoTime();
        }

        @Override
        public void executionSkipped(TestIdentifier test, String reason) {
            skip(test, reason);
        }

        @Override
        public void executionFinished(TestIdentifier test, TestExecutionResult result) {
            switch (result.getStatus()) {
                case SUCCESSFUL -> {
                    if (test.isTest()) {
                        passed++;
                        out.println("PASSED " + name(test) + " in "
                                + Duration.ofNanos(System.nanoTime() - begin).toMillis() + " ms");
                    }
                }
                case ABORTED ->
                    skip(test, result.getThrowable().map(Throwable::getMessage).orElse("no reason given"));
                case FAILED -> {
                    failed++;
                    out.println("FAILED " + name(test)
                            + result.getThrowable()
                                    .map(failure -> " | " + firstLine(String.valueOf(failure)))
                                    .orElse(""));
                    result.getThrowable().ifPresent(failure -> failure.printStackTrace(out));
                }
            }
        }

        private void skip(TestIdentifier test, String reason) {
            skipped++;
            out.println("SKIPPED " + name(test) + " | " + firstLine(reason));
            if (reasons.add(reason)) {
                reason.lines().skip(1).forEach(line -> out.println("    " + line));
            }
        }

        /** Of those that say something. */
        private static String firstLine(String text) {
            return text.lines().filter(line -> !line.isBlank()).findFirst().orElse("nothing was said");
        }

        private static String name(TestIdentifier test) {
            return test.getSource()
                    .filter(MethodSource.class::isInstance)
                    .map(MethodSource.class::cast)
                    .map(source -> name(source, test.getDisplayName()))
                    .orElse(test.getDisplayName());
        }

        private static String name(MethodSource source, String shown) {
            String method = source.getClassName().replaceFirst(".*\\.", "") + "." + source.getMethodName();
            return shown.equals(source.getMethodName() + "()") ? method : method + " " + shown;
        }
    }
}

package io.sparkmics.cli;

import java.io.PrintWriter;
import java.util.ListResourceBundle;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** The command line of a plan. */
public final class PlanCommand {

    /** What is done once the arguments are understood. */
    @FunctionalInterface
    public interface Work {
        void run(PlanRequest request);
    }

    private static final int LONGEST_OPTION = 36;

    private PlanCommand() {}

    /**
     * Understands the arguments, then works; with {@code --help} it tells the options instead.
     *
     * @return the exit code: 0, or 1 after a line on {@code err} for each problem
     */
    public static int run(Work work, PrintWriter out, PrintWriter err, String... arguments) {
        PlanOptions options = new PlanOptions();
        CommandLine line = commandLine(options);
        ParseResult parsed = line.parseArgs(arguments);
        if (line.isUsageHelpRequested()) {
            line.usage(out);
            out.flush();
            return 0;
        }
        try {
            if (!parsed.errors().isEmpty()) {
                throw new IllegalArgumentException(parsed.errors().stream()
                        .map(error -> ErrorLine.of(error, "plan"))
                        .collect(Collectors.joining("\n")));
            }
            work.run(new PlanCheck(options).request());
            return 0;
        } catch (IllegalArgumentException e) {
            err.println(e.getMessage());
            return 1;
        }
    }

    private static CommandLine commandLine(PlanOptions options) {
        CommandLine line = new CommandLine(options);
        line.setResourceBundle(new ListResourceBundle() {
            @Override
            protected Object[][] getContents() {
                return new Object[][] {{"models", PlanCheck.models()}, {"instances", PlanCheck.instances()}};
            }
        });
        line.getCommandSpec().parser().collectErrors(true);
        line.getCommandSpec().usageMessage().longOptionsMaxWidth(LONGEST_OPTION);
        return line;
    }
}

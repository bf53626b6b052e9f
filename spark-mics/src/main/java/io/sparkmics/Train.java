package io.sparkmics;

import java.io.PrintWriter;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * Trains from the command line, usually through {@code spark-submit --class io.sparkmics.Train}. Ends with 0, or with 1 and
 * one line that says why.
 */
public final class Train {

    private Train() {}

    public static void main(String[] arguments) {
        int code = run(new PrintWriter(System.out, true), new PrintWriter(System.err, true), arguments);
        // YARN calls an application failed that exits by itself, even with 0.
        if (code != 0) {
            System.exit(code);
        }
    }

    static int run(PrintWriter out, PrintWriter err, String... arguments) {
        TrainCommand command = new TrainCommand();
        CommandLine line = command.commandLine();
        try {
            line.parseArgs(ConfigFile.expand(arguments));
            if (line.isUsageHelpRequested()) {
                line.usage(out);
            } else {
                new TrainRun(command, command.estimator(line.getParseResult())).run(out);
            }
            return 0;
        } catch (UnmatchedArgumentException e) {
            return failed(err, unknown(e));
        } catch (ParameterException e) {
            return failed(err, "Cannot train: " + e.getMessage() + ". See --help.");
        } catch (Exception e) {
            if (command.verbose) {
                e.printStackTrace(err);
            }
            return failed(err, oneLine(e));
        }
    }

    private static int failed(PrintWriter err, String message) {
        err.println(message);
        return 1;
    }

    private static String unknown(UnmatchedArgumentException e) {
        List<String> suggestions = e.getSuggestions();
        String nearest = suggestions.isEmpty()
                ? "See --help."
                : "Did you mean " + suggestions.stream().limit(3).collect(Collectors.joining(" or ")) + "?";
        return "Cannot use " + String.join(" ", e.getUnmatched()) + ": there is no such option. " + nearest;
    }

    /** Several problems are a line each; what Spark adds of other machines' stack traces is no message. */
    private static String oneLine(Exception e) {
        String message = e.getMessage() == null ? e.toString() : e.getMessage();
        return message.lines()
                .takeWhile(line -> !line.startsWith("\t") && !line.startsWith("Driver stacktrace"))
                .filter(line -> !line.isBlank())
                .collect(Collectors.joining(" "));
    }
}

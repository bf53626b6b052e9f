package io.sparkmics.cli;

import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Whatever went wrong, as one line. */
final class ErrorLine {

    private ErrorLine() {}

    static String of(Exception e) {
        if (e instanceof UnmatchedArgumentException unmatched) {
            return unknown(unmatched);
        }
        return e instanceof ParameterException ? "Cannot train: " + e.getMessage() + ". See --help." : oneLine(e);
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

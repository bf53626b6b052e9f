package io.sparkmics.cli;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Whatever went wrong, as one line. */
final class ErrorLine {

    private ErrorLine() {}

    /** @param command what was to be done, as in {@code train} */
    static String of(Exception e, String command) {
        if (e instanceof UnmatchedArgumentException unmatched) {
            return unknown(unmatched);
        }
        return e instanceof ParameterException
                ? "Cannot " + command + ": " + e.getMessage() + ". See --help."
                : RootCause.of(e);
    }

    /** Each of them; what stands between them are their values. */
    private static String unknown(UnmatchedArgumentException e) {
        List<String> options = e.getUnmatched().stream()
                .filter(argument -> argument.startsWith("-"))
                .toList();
        if (options.isEmpty()) {
            return "Cannot use " + String.join(" ", e.getUnmatched()) + ": every value needs an option before it."
                    + " See --help.";
        }
        return options.stream().map(option -> unknown(option, e)).collect(Collectors.joining(" "));
    }

    private static String unknown(String argument, UnmatchedArgumentException e) {
        String name = argument.replaceFirst("=.*", "");
        Optional<String> meant = Synonyms.of(name).or(() -> alike(argument, e));
        return "Cannot use " + argument + ": there is no such option. "
                + meant.map(option -> "Did you mean " + option + "?").orElse("See --help.");
    }

    private static Optional<String> alike(String argument, UnmatchedArgumentException e) {
        List<String> suggestions =
                new UnmatchedArgumentException(e.getCommandLine(), List.of(argument)).getSuggestions();
        return suggestions.isEmpty()
                ? Optional.empty()
                : Optional.of(suggestions.stream().limit(3).collect(Collectors.joining(" or ")));
    }
}

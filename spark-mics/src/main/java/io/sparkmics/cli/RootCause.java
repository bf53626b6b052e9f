package io.sparkmics.cli;

import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Why something failed, in one line: what Spark wraps around it says only where it was waited for. */
final class RootCause {

    /** As executors' traces have it: {@code Caused by: java.io.IOException: why}. */
    private static final Pattern THROWN = Pattern.compile("^.*?(?:[\\w$]+\\.)+[\\w$]*(?:Exception|Error): (.+)$");

    /** A cause may lead back to itself. */
    private static final int LONGEST_CHAIN = 50;

    private RootCause() {}

    /** Our own words where there are some; else those of the first cause. */
    static String of(Throwable failure) {
        List<Throwable> chain = Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .limit(LONGEST_CHAIN)
                .toList();
        return chain.stream()
                .map(RootCause::message)
                .filter(message -> message.startsWith("Cannot ") || message.startsWith("On host "))
                .findFirst()
                .orElseGet(() -> message(chain.get(chain.size() - 1)));
    }

    /** Several problems are a line each; of an executor's trace, which Spark hands on as text, it is what was thrown first. */
    private static String message(Throwable failure) {
        String text = failure.getMessage();
        if (text == null || !text.contains(" ")) {
            // As in java.net.UnknownHostException: storage
            text = failure.toString();
        }
        List<String> lines = text.lines()
                .takeWhile(line -> !line.startsWith("Driver stacktrace"))
                .filter(line -> !line.isBlank())
                .toList();
        if (lines.stream().anyMatch(line -> line.startsWith("\tat "))) {
            Optional<String> thrown = lines.stream()
                    .filter(line -> !line.startsWith("\t"))
                    .flatMap(line -> THROWN.matcher(line).results().map(MatchResult::group))
                    .reduce((first, last) -> last)
                    .map(line -> THROWN.matcher(line).replaceFirst("$1"));
            if (thrown.isPresent()) {
                return thrown.get();
            }
        }
        return lines.stream().filter(line -> !line.startsWith("\t")).collect(Collectors.joining(" "));
    }
}

package io.sparkmics.monitor;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a rank tells the driver. It travels as text, {@code 0 step {...}}, so that no class loader has to know our classes.
 *
 * @param attempt whose rank it was, from 0
 * @param kind one word of small letters: who listens
 * @param json what the listener reads
 */
record RankMessage(int attempt, String kind, String json) {

    private static final String KIND = "[a-z]+";
    private static final Pattern TEXT = Pattern.compile("(\\d{1,9}) (" + KIND + ") (.*)", Pattern.DOTALL);

    RankMessage {
        if (attempt < 0 || !kind.matches(KIND)) {
            throw new IllegalArgumentException("Cannot tell the driver '" + kind + "' of attempt " + attempt
                    + ": attempts count from 0, and a kind is a word of small letters.");
        }
    }

    String text() {
        return attempt + " " + kind + " " + json;
    }

    static RankMessage of(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("Cannot read a message of a rank: it has no attempt and kind.");
        }
        return new RankMessage(Integer.parseInt(parts.group(1)), parts.group(2), parts.group(3));
    }
}

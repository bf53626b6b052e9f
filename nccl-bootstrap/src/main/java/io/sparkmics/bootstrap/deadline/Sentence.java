package io.sparkmics.bootstrap.deadline;

/** How errors join sentences: what others say ends with a full stop or without one. */
public final class Sentence {

    private Sentence() {}

    /** The text with one full stop at its end. */
    public static String end(String text) {
        String kept = String.valueOf(text).stripTrailing();
        return kept.endsWith(".") || kept.endsWith("!") || kept.endsWith("?") ? kept : kept + ".";
    }
}

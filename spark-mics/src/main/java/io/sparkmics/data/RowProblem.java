package io.sparkmics.data;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Why a row will not do.
 *
 * @param column which of the row's columns
 * @param example the number that is wrong, where there is one
 */
record RowProblem(int column, Kind kind, double example) {

    /** What can be wrong, in the words of a sentence about one or several rows. */
    enum Kind {
        NULL("is null"),
        NULL_ELEMENT("has a null element"),
        SIZE("has another number of elements"),
        NOT_FINITE("is no finite number, or none in single precision"),
        NOT_A_CLASS("is no class"),
        FOREIGN_ID("has a token id out of range"),
        NEGATIVE("is negative"),
        EMPTY("has no token"),
        NO_ROOM("leaves no room behind it");

        private final String words;

        Kind(String words) {
            this.words = words;
        }
    }

    private static final int BYTES = 2 * Integer.BYTES + Double.BYTES;

    /** Told from a row by its length, which for those is a multiple of the bytes of a word. */
    static byte[] bytes(List<RowProblem> problems) {
        ByteBuffer buffer = ByteBuffer.allocate(problems.size() * BYTES + 1);
        problems.forEach(problem ->
                buffer.putInt(problem.column).putInt(problem.kind.ordinal()).putDouble(problem.example));
        return buffer.array();
    }

    static List<RowProblem> read(byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        List<RowProblem> problems = new ArrayList<>();
        while (buffer.remaining() >= BYTES) {
            problems.add(new RowProblem(buffer.getInt(), Kind.values()[buffer.getInt()], buffer.getDouble()));
        }
        return problems;
    }

    /** A sentence for the user. */
    String describe(RowColumn of, long rows, String what) {
        return String.format(
                Locale.ROOT,
                "Cannot %s: column '%s', the %s, %s in %s%s. %s.",
                what,
                of.column(),
                of.role().name().toLowerCase(Locale.ROOT),
                kind.words,
                rows == 1 ? "a row" : String.format(Locale.ROOT, "%,d rows", rows),
                shown(),
                remedy(of));
    }

    private String shown() {
        return switch (kind) {
            case NULL, NULL_ELEMENT, EMPTY, NO_ROOM -> "";
            case SIZE, FOREIGN_ID -> String.format(Locale.ROOT, ", for example %.0f", example);
            default -> ", for example " + example;
        };
    }

    private String remedy(RowColumn of) {
        return switch (kind) {
            case NULL, NULL_ELEMENT, NOT_FINITE, EMPTY -> "Fill it, or leave such rows out";
            case SIZE -> "The model reads " + of.input().size() + ": give it as many, or configure it for others";
            case NOT_A_CLASS ->
                of.limit() == Integer.MAX_VALUE
                        ? "Classes are whole numbers from 0"
                        : "Classes are whole numbers from 0 to " + (of.limit() - 1)
                                + ": index the column with a StringIndexer, or configure the model for more";
            case FOREIGN_ID ->
                "The model's ids are from 0 to " + (of.limit() - 1)
                        + ": make them with its tokenizer, or set a larger vocabulary";
            case NO_ROOM -> "Shorten it, or set a larger context";
            case NEGATIVE -> "Weights are 0 or more";
        };
    }
}

package io.sparkmics.benchmark;

import java.util.Locale;

/** One object, its fields in the order in which they come. */
final class JsonLine {

    private final StringBuilder text;

    JsonLine(int microBatchSize) {
        text = new StringBuilder("{\"microBatchSize\":").append(microBatchSize);
    }

    JsonLine with(String field, long value) {
        return raw(field, Long.toString(value));
    }

    JsonLine with(String field, double value) {
        return raw(field, String.format(Locale.ROOT, "%.6f", value));
    }

    JsonLine with(String field, boolean value) {
        return raw(field, Boolean.toString(value));
    }

    private JsonLine raw(String field, String value) {
        text.append(",\"").append(field).append("\":").append(value);
        return this;
    }

    @Override
    public String toString() {
        return text + "}";
    }
}

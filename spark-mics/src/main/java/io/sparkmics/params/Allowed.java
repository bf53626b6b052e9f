package io.sparkmics.params;

import io.sparkmics.job.settings.ExportSettings;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import scala.Function1;
import scala.runtime.AbstractFunction1;

/**
 * What a param takes. Unlike Spark's own validators, which say that a value is invalid, these say what is allowed.
 *
 * @param <T> the type of the values, as Scala sees it
 */
final class Allowed<T> extends AbstractFunction1<T, Object> implements Serializable {

    private static final long serialVersionUID = 1L;

    /** What others call our choices. */
    private static final Map<String, String> SYNONYMS = Map.ofEntries(
            Map.entry("bf16", "bfloat16"),
            Map.entry("fp32", "float32"),
            Map.entry("float", "float32"),
            Map.entry("fp64", "float64"),
            Map.entry("double", "float64"),
            Map.entry("adam", "adamw"),
            Map.entry("gpu", "cuda"));

    private interface Rule<T> extends Predicate<T>, Serializable {}

    private final String name;
    private final String range;
    private final Rule<T> rule;

    private Allowed(String name, String range, Rule<T> rule) {
        this.name = name;
        this.range = range;
        this.rule = rule;
    }

    static Function1<String, Object> oneOf(String name, List<String> choices) {
        return new Allowed<>(name, "one of " + String.join(", ", choices), choices::contains);
    }

    /** Bytes. */
    static Function1<String, Object> size(String name) {
        return new Allowed<>(name, "a size as 5GB, 500MB or 2GiB", ExportSettings::isSize);
    }

    /** Whole numbers and fractions alike. */
    static Function1<Object, Object> atLeast(String name, Number least) {
        return number(name, least + " or more", value -> value >= least.doubleValue());
    }

    /** @param off the one value below 1 that is allowed too */
    static Function1<Object, Object> atLeastOneOr(String name, long off) {
        return number(name, "1 or more, or " + off, value -> value >= 1 || value == off);
    }

    static Function1<Object, Object> positive(String name) {
        return number(name, "more than 0", value -> value > 0);
    }

    static Function1<Object, Object> fromZeroToOne(String name) {
        return number(name, "from 0 to 1", value -> value >= 0 && value <= 1);
    }

    static Function1<Object, Object> aboveZeroToOne(String name) {
        return number(name, "more than 0, and 1 at most", value -> value > 0 && value <= 1);
    }

    static Function1<Object, Object> fromZeroBelowOne(String name) {
        return number(name, "from 0 to 1, 1 excluded", value -> value >= 0 && value < 1);
    }

    private static Function1<Object, Object> number(String name, String range, Rule<Double> rule) {
        return new Allowed<>(name, range, value -> rule.test(((Number) value).doubleValue()));
    }

    /** @throws IllegalArgumentException where Spark's validators return false */
    @Override
    public Object apply(T value) {
        if (value == null || !rule.test(value)) {
            String meant = SYNONYMS.get(String.valueOf(value).toLowerCase(Locale.ROOT));
            throw new IllegalArgumentException("Cannot set " + name + " to " + value + ": it must be " + range + "."
                    + (meant == null || !range.contains(meant) ? "" : " Did you mean " + meant + "?"));
        }
        return true;
    }
}

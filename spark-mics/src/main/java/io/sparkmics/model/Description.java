package io.sparkmics.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Reads the entries of a {@code config.json}, and collects what a model of ours cannot be, to be said all at once. */
public final class Description {

    private final String model;
    private final Map<String, ?> config;
    private final String prefix;
    private final List<String> problems;

    /** @param model its name, for messages */
    public Description(String model, Map<String, ?> config) {
        this(model, config, "", new ArrayList<>());
    }

    private Description(String model, Map<String, ?> config, String prefix, List<String> problems) {
        this.model = model;
        this.config = config;
        this.prefix = prefix;
        this.problems = problems;
    }

    /** An entry that is an object of entries; what is wrong with them is said with all the rest. Empty where it is not there. */
    public Description inside(String name) {
        Object value = config.get(name);
        if (value instanceof Map<?, ?> map) {
            @SuppressWarnings("unchecked")
            Map<String, ?> entries = (Map<String, ?>) map;
            return new Description(model, entries, prefix + name + ".", problems);
        }
        if (value != null) {
            wrong(name, value, "an object");
        }
        return new Description(model, Map.of(), prefix + name + ".", problems);
    }

    public boolean isEmpty() {
        return config.isEmpty();
    }

    public boolean has(String name) {
        return config.containsKey(name);
    }

    /** Whether nothing is wrong until now. */
    public boolean fine() {
        return problems.isEmpty();
    }

    /** A positive whole number. */
    public int size(String name, int otherwise) {
        Object value = value(name, otherwise);
        if (value instanceof Integer size && size > 0) {
            return size;
        }
        wrong(name, value, "a positive number");
        return 1;
    }

    /** A positive number. */
    public double number(String name, double otherwise) {
        Object value = value(name, otherwise);
        if (value instanceof Number number && number.doubleValue() > 0) {
            return number.doubleValue();
        }
        wrong(name, value, "a positive number");
        return 1;
    }

    /** A number from 0 to 1, 1 excluded. */
    public double fraction(String name, double otherwise) {
        Object value = value(name, otherwise);
        if (value instanceof Number number && number.doubleValue() >= 0 && number.doubleValue() < 1) {
            return number.doubleValue();
        }
        wrong(name, value, "in [0, 1)");
        return 0;
    }

    public boolean flag(String name, boolean otherwise) {
        Object value = value(name, otherwise);
        if (value instanceof Boolean flag) {
            return flag;
        }
        wrong(name, value, "true or false");
        return otherwise;
    }

    /**
     * A positive whole number that may be null.
     *
     * @param otherwise where it is absent; 0: as where it is null
     * @param none what null means
     */
    public int sizeOrNone(String name, int otherwise, int none) {
        boolean absent = !config.containsKey(name);
        if (absent ? otherwise == 0 : config.get(name) == null) {
            return none;
        }
        return size(name, otherwise);
    }

    public String text(String name, String otherwise) {
        return String.valueOf(value(name, otherwise));
    }

    /** @param allowed the last of them is what is told, all where they are more than two */
    public void requireOneOf(String name, Object otherwise, Object... allowed) {
        Object value = value(name, otherwise);
        for (Object each : allowed) {
            if (same(value, each)) {
                return;
            }
        }
        wrong(
                name,
                value,
                allowed.length > 2 ? "one of " + Arrays.toString(allowed) : "" + allowed[allowed.length - 1]);
    }

    /** What is wrong, a part of a sentence each. */
    public List<String> problems() {
        return List.copyOf(problems);
    }

    /** @throws IllegalArgumentException with every problem */
    public void check() {
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(
                    "Cannot build the " + model + " that config.json describes: " + String.join(", ", problems) + ".");
        }
    }

    private void wrong(String name, Object value, String rule) {
        problems.add(prefix + name + " is " + value + " and must be " + rule);
    }

    /** JSON has 0 where Java has 0.0. */
    private static boolean same(Object value, Object allowed) {
        return value instanceof Number one && allowed instanceof Number other
                ? one.doubleValue() == other.doubleValue()
                : Objects.equals(value, allowed);
    }

    private Object value(String name, Object otherwise) {
        return config.containsKey(name) ? config.get(name) : otherwise;
    }
}

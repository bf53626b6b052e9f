package io.sparkmics.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Reads the entries of a {@code config.json}, and collects what a model of ours cannot be, to be said all at once. */
public final class Description {

    private final String model;
    private final Map<String, ?> config;
    private final List<String> problems = new ArrayList<>();

    /** @param model its name, for messages */
    public Description(String model, Map<String, ?> config) {
        this.model = model;
        this.config = config;
    }

    /** A positive whole number. */
    public int size(String name, int otherwise) {
        Object value = value(name, otherwise);
        if (value instanceof Integer size && size > 0) {
            return size;
        }
        problems.add(name + " is " + value + " and must be a positive number");
        return 1;
    }

    /** A positive number. */
    public double number(String name, double otherwise) {
        Object value = value(name, otherwise);
        if (value instanceof Number number && number.doubleValue() > 0) {
            return number.doubleValue();
        }
        problems.add(name + " is " + value + " and must be a positive number");
        return 1;
    }

    /** A number from 0 to 1, 1 excluded. */
    public double fraction(String name, double otherwise) {
        Object value = value(name, otherwise);
        if (value instanceof Number number && number.doubleValue() >= 0 && number.doubleValue() < 1) {
            return number.doubleValue();
        }
        problems.add(name + " is " + value + " and must be in [0, 1)");
        return 0;
    }

    public boolean flag(String name, boolean otherwise) {
        Object value = value(name, otherwise);
        if (value instanceof Boolean flag) {
            return flag;
        }
        problems.add(name + " is " + value + " and must be true or false");
        return otherwise;
    }

    /** Empty where it is not there, or null. */
    public Map<String, ?> object(String name) {
        Object value = config.get(name);
        if (value == null) {
            return Map.of();
        }
        if (value instanceof Map<?, ?> map) {
            @SuppressWarnings("unchecked")
            Map<String, ?> object = (Map<String, ?>) map;
            return object;
        }
        problems.add(name + " is " + value + " and must be an object");
        return Map.of();
    }

    /** @param allowed the last of them is what is told */
    public void requireOneOf(String name, Object otherwise, Object... allowed) {
        Object value = value(name, otherwise);
        for (Object each : allowed) {
            if (same(value, each)) {
                return;
            }
        }
        problems.add(name + " is " + value + " and must be " + allowed[allowed.length - 1]);
    }

    /** @throws IllegalArgumentException with every problem */
    public void check() {
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(
                    "Cannot build the " + model + " that config.json describes: " + String.join(", ", problems) + ".");
        }
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

package io.sparkmics.benchmark;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;

/** What a command line says, each as {@code name=value}. */
public final class OptionValues {

    private final Map<String, String> values;

    /** @param defaults of all options that there are */
    public OptionValues(Map<String, String> defaults, String... arguments) {
        values = new LinkedHashMap<>(defaults);
        for (String argument : arguments) {
            String[] parts = argument.split("=", 2);
            if (parts.length < 2 || values.replace(parts[0], parts[1]) == null) {
                throw new IllegalArgumentException("Cannot read " + argument + ": the options are "
                        + new TreeSet<>(defaults.keySet()) + ", each with = and a value.");
            }
        }
    }

    public String text(String name) {
        return values.get(name);
    }

    public int number(String name) {
        return positive(name, text(name));
    }

    public List<Integer> numbers(String name) {
        return list(name, value -> positive(name, value));
    }

    /** What stands between commas; of an empty value nothing. */
    public <T> List<T> list(String name, Function<String, T> reader) {
        return Arrays.stream(text(name).split(","))
                .filter(value -> !value.isEmpty())
                .map(reader)
                .toList();
    }

    private static int positive(String name, String value) {
        int number = Integer.parseInt(value);
        if (number < 1) {
            throw new IllegalArgumentException("Cannot use " + name + "=" + number + ": the value must be at least 1.");
        }
        return number;
    }
}

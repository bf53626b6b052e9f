package io.sparkmics.model;

import java.util.Locale;

/** What people are told which model it is. */
public final class ModelName {

    private static final String SUFFIX = "Config";
    private static final int LONGEST = 90;

    private ModelName() {}

    /** As in {@code Gpt of 1,323,520 parameters}. */
    public static String withParameters(ModelConfig config, long parameters) {
        return String.format(Locale.ROOT, "%s of %,d parameters", of(config), parameters);
    }

    /** As in {@code Gpt, layers=4, heads=4, width=160}: the components of the configuration, cut off where they are many. */
    public static String withSizes(ModelConfig config) {
        String sizes = config.toString().replaceFirst("^\\w+[\\[(](.*)[\\])]$", "$1");
        String name = sizes.isEmpty() ? of(config) : of(config) + ", " + sizes;
        return name.length() > LONGEST ? name.substring(0, LONGEST) + "..." : name;
    }

    /** Of its configuration's class: {@code GptConfig} is of a Gpt. */
    public static String of(ModelConfig config) {
        String name = config.getClass().getSimpleName();
        return name.endsWith(SUFFIX) && !name.equals(SUFFIX)
                ? name.substring(0, name.length() - SUFFIX.length())
                : name;
    }
}

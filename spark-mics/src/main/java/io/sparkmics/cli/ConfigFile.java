package io.sparkmics.cli;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;

/** Settings from a properties file are options too, put before those of the command line, which win. */
final class ConfigFile {

    private static final String OPTION = "--config";

    private ConfigFile() {}

    /** The arguments with those of their configuration files in front. */
    static String[] expand(String... arguments) throws IOException {
        List<String> expanded = new ArrayList<>();
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].startsWith(OPTION + "=")) {
                expanded.addAll(read(arguments[i].substring(OPTION.length() + 1)));
            } else if (arguments[i].equals(OPTION) && i + 1 < arguments.length) {
                expanded.addAll(read(arguments[i + 1]));
            }
        }
        expanded.addAll(Arrays.asList(arguments));
        return expanded.toArray(String[]::new);
    }

    private static List<String> read(String file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of(file), StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (NoSuchFileException e) {
            throw new IOException("Cannot read settings from " + file + ": there is no such file.", e);
        }
        return properties.stringPropertyNames().stream()
                .sorted()
                .map(name -> option(name, properties.getProperty(name)))
                .toList();
    }

    /** {@code option.header = true} is {@code --option header=true}: names of a file occur once only. */
    private static String option(String name, String value) {
        String prefix = TrainCommand.READER_OPTION.substring(2) + ".";
        return name.startsWith(prefix)
                ? TrainCommand.READER_OPTION + "=" + name.substring(prefix.length()) + "=" + value
                : TrainCommand.flag(name) + "=" + value;
    }
}

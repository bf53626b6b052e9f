package io.sparkmics.params;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What service files on a class path list: a class name a line, {@code #} before a comment. The files are read as {@link
 * java.util.ServiceLoader} reads them, which cannot be used: it takes classes with a constructor without arguments only, and
 * loads those that it lists.
 */
final class ServiceFiles {

    static final String FOLDER = "META-INF/services/";

    /** A binary name, that of a nested class too. */
    private static final Pattern CLASS_NAME =
            Pattern.compile("(\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*\\.)*"
                    + "\\p{javaJavaIdentifierStart}\\p{javaJavaIdentifierPart}*");

    /** No class of a person has a longer one. */
    private static final int LONGEST_NAME = 1_000;

    private ServiceFiles() {}

    static boolean isClassName(String text) {
        return text.length() <= LONGEST_NAME && CLASS_NAME.matcher(text).matches();
    }

    /**
     * All that the files of this service list.
     *
     * @throws IllegalArgumentException naming the file and the line that is no class name
     */
    static Set<String> list(Class<?> service, ClassLoader loader) {
        Set<String> names = new LinkedHashSet<>();
        try {
            for (URL file : Collections.list(loader.getResources(FOLDER + service.getName()))) {
                read(file, names);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Cannot look for " + FOLDER + service.getName() + " on the class path: " + e.getMessage() + ".", e);
        }
        return names;
    }

    private static void read(URL file, Set<String> names) throws IOException {
        URLConnection connection = file.openConnection();
        // A jar that was replaced since must not be read as it was.
        connection.setUseCaches(false);
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8))) {
            List<String> lines = reader.lines().toList();
            for (int line = 0; line < lines.size(); line++) {
                String name = lines.get(line).replaceFirst("#.*", "").strip();
                if (!name.isEmpty() && !isClassName(name)) {
                    throw new IllegalArgumentException("Cannot read which models are declared in " + file + ": line "
                            + (line + 1) + " is no class name. Write one a line, a nested one as Outer$Nested.");
                }
                if (!name.isEmpty()) {
                    names.add(name);
                }
            }
        }
    }
}

package io.sparkmics.integration;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/** A class of the tests, with those inside it, as the jar of an application. */
final class ProgramJar {

    private ProgramJar() {}

    static void write(Path jar, Class<?> program) throws IOException {
        Path classes = classes(program);
        Path main = classes.resolve(program.getName().replace('.', '/') + ".class");
        String prefix = program.getSimpleName();
        try (Stream<Path> files = Files.list(main.getParent());
                JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            List<Path> own = files.filter(file -> file.getFileName().toString().matches(prefix + "(\\$.*)?\\.class"))
                    .toList();
            for (Path file : own) {
                out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                Files.copy(file, out);
            }
        }
    }

    private static Path classes(Class<?> program) {
        try {
            return Path.of(
                    program.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("Cannot find the classes of " + program, e);
        }
    }
}

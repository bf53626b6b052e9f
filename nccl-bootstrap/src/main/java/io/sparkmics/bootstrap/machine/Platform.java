package io.sparkmics.bootstrap.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Whether the native libraries can run here. Loads none of them. */
public final class Platform {

    private static final Pattern LIBC = Pattern.compile("\\S*/(libc\\.so\\.6|libc-2\\.\\d+\\.so|ld-musl-\\S+)$");
    private static final Pattern VERSION = Pattern.compile("GNU C Library .{0,200}?version (\\d+)\\.(\\d+)");
    private static final int MAJOR = 2;
    private static final int MINOR = 35;

    private Platform() {}

    /** What keeps the native libraries from running on this machine; empty where nothing does, or nothing is known. */
    public static Optional<String> problem() {
        return problem(System.getProperty("os.name"), System.getProperty("os.arch"), libc());
    }

    static Optional<String> problem(String system, String architecture, Optional<String> libc) {
        if (!system.equals("Linux") || !(architecture.equals("amd64") || architecture.equals("x86_64"))) {
            return Optional.of("Cannot run the native libraries on " + system + " " + architecture
                    + ": they are built for Linux on x86-64 only. Use such hosts for the driver and the executors.");
        }
        return libc.filter(found -> !recent(found))
                .map(found -> "Cannot run the native libraries with " + found + ": they need glibc " + MAJOR + "."
                        + MINOR
                        + " or newer. Use Debian 12, Ubuntu 22.04 or newer, or a container image with one of them.");
    }

    private static boolean recent(String libc) {
        Matcher version = Pattern.compile("glibc (\\d+)\\.(\\d+)").matcher(libc);
        if (!version.matches()) {
            return false;
        }
        int major = Integer.parseInt(version.group(1));
        return major > MAJOR || major == MAJOR && Integer.parseInt(version.group(2)) >= MINOR;
    }

    /** The C library that this JVM itself runs on, as {@code glibc 2.36} or {@code musl}: its own file says so. */
    static Optional<String> libc() {
        try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
            Optional<String> file = maps.map(LIBC::matcher)
                    .filter(Matcher::find)
                    .map(Matcher::group)
                    .findFirst();
            if (file.isEmpty()) {
                return Optional.empty();
            }
            if (file.get().contains("ld-musl")) {
                return Optional.of("musl");
            }
            Matcher version = VERSION.matcher(Files.readString(Path.of(file.get()), StandardCharsets.ISO_8859_1));
            return version.find()
                    ? Optional.of("glibc " + version.group(1) + "." + version.group(2))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}

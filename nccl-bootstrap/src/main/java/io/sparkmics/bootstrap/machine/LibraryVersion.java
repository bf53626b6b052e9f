package io.sparkmics.bootstrap.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which version a library's file is of, as far as its name or the Python package that brought it says. */
final class LibraryVersion {

    private static final Pattern NAME = Pattern.compile(".*\\.so\\.(\\d+(\\.\\d+)+)$");
    private static final Pattern PACKAGE = Pattern.compile("nvidia_.*-(\\d[\\d.]*)\\.dist-info$");

    private LibraryVersion() {}

    static Optional<String> of(Path file) {
        try {
            Matcher name = NAME.matcher(file.toRealPath().getFileName().toString());
            return name.matches() ? Optional.of(name.group(1)) : ofPackage(file.toAbsolutePath());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** {@code site-packages/nvidia/nccl/lib/libnccl.so.2} is in the list of files of one package beside {@code nvidia}. */
    private static Optional<String> ofPackage(Path file) throws IOException {
        Path packages = file;
        while (packages != null && !packages.endsWith("nvidia")) {
            packages = packages.getParent();
        }
        if (packages == null || packages.getParent() == null) {
            return Optional.empty();
        }
        String entry = packages.getParent().relativize(file) + ",";
        try (DirectoryStream<Path> found = Files.newDirectoryStream(packages.getParent(), "nvidia_*.dist-info")) {
            for (Path directory : found) {
                Matcher name = PACKAGE.matcher(directory.getFileName().toString());
                Path files = directory.resolve("RECORD");
                if (name.matches()
                        && Files.isRegularFile(files)
                        && Files.readString(files, StandardCharsets.UTF_8)
                                .lines()
                                .anyMatch(line -> line.startsWith(entry))) {
                    return Optional.of(name.group(1));
                }
            }
        }
        return Optional.empty();
    }
}

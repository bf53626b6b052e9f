package io.sparkmics.bootstrap.machine;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The library without which NVRTC compiles nothing. Nobody links it: NVRTC opens it when it is first asked to compile, as
 * cuDNN does for its attention on an H100, by a name with the minor version, {@code libnvrtc-builtins.so.13.1}. Whether the
 * dynamic loader finds it then depends on how NVRTC was packed; one that is loaded already it always finds.
 */
final class NvrtcBuiltins {

    private static final Pattern NAME = Pattern.compile("libnvrtc-builtins\\.so\\.(\\d+\\.\\d+)");

    private NvrtcBuiltins() {}

    /**
     * The one of the same version in NVRTC's folder, or in that of the file that NVRTC is a link to; of several the newest
     * where NVRTC's version cannot be told.
     */
    static Optional<Path> beside(Path nvrtc) {
        return in(nvrtc.toAbsolutePath().getParent(), nvrtc)
                .or(() -> target(nvrtc).flatMap(file -> in(file.getParent(), nvrtc)));
    }

    /** The file's name as JavaCPP takes it. */
    static String loaderName(Path file) {
        return "nvrtc-builtins@." + version(file);
    }

    private static Optional<Path> in(Path folder, Path nvrtc) {
        String wanted = LibraryVersion.of(nvrtc).orElse("");
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, CudaLibrary.NVRTC_BUILTINS.fileName())) {
            files.forEach(file -> {
                if (NAME.matcher(file.getFileName().toString()).matches() && Files.isRegularFile(file)) {
                    found.add(file);
                }
            });
        } catch (IOException e) {
            // A folder that cannot be read has nothing that could be loaded.
            return Optional.empty();
        }
        Comparator<Path> sameVersion = Comparator.comparing(file -> (wanted + ".").startsWith(version(file) + "."));
        return found.stream().max(sameVersion.thenComparing(NvrtcBuiltins::version, CudaRequirements::compare));
    }

    private static String version(Path file) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        return name.matches() ? name.group(1) : "";
    }

    private static Optional<Path> target(Path link) {
        try {
            return Optional.of(link.toRealPath());
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}

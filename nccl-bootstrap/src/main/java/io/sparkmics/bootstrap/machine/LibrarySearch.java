package io.sparkmics.bootstrap.machine;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where libraries of NVIDIA are looked for: first where the user says, then where the dynamic loader and JavaCPP look.
 *
 * @param folders in the order of the search
 * @param cache what the dynamic loader's cache has beside them, by file name
 */
record LibrarySearch(List<Path> folders, Map<String, Path> cache) {

    private static final Pattern CACHED = Pattern.compile("(?m)^\\s*(\\S+) \\(.*x86-64.*\\) => (\\S+)$");

    /** Where the libraries of a CUDA toolkit, of a Python environment and of a folder of packages are in it. */
    private static final List<String> INSIDE = List.of(
            ".",
            "lib64",
            "extras/CUPTI/lib64",
            "targets/x86_64-linux/lib",
            "nvidia/*/lib",
            "lib/python3*/site-packages/nvidia/*/lib");

    static LibrarySearch here() {
        List<String> system = new ArrayList<>(parts(System.getProperty("java.library.path")));
        system.addAll(parts(System.getenv("LD_LIBRARY_PATH")));
        List<Path> toolkits = List.of(
                Path.of("/usr/local/cuda-" + CudaRequirements.CUDA), Path.of("/usr/local/cuda"), Path.of("/usr/lib64"));
        return of(named(), system, toolkits, loaderCache());
    }

    private static List<String> named() {
        return parts(Setting.CUDA_PATH.value().orElse(null));
    }

    /** What is wrong with where the user says to look, for whoever misses a library; empty where nothing is. */
    static Optional<String> problem() {
        return problem(named());
    }

    static Optional<String> problem(List<String> named) {
        List<String> absent =
                named.stream().filter(path -> !Files.isDirectory(Path.of(path))).toList();
        return absent.isEmpty()
                ? Optional.empty()
                : Optional.of("Cannot look for libraries in " + String.join(", ", absent) + ": " + Setting.CUDA_PATH
                        + " names it, and there is no such folder here. Correct it.");
    }

    static LibrarySearch of(List<String> named, List<String> system, List<Path> toolkits, String cache) {
        Collection<Path> folders = new LinkedHashSet<>();
        named.forEach(path -> folders.addAll(inside(Path.of(path))));
        system.stream().map(Path::of).filter(Files::isDirectory).forEach(folders::add);
        toolkits.forEach(path -> folders.addAll(inside(path)));
        Map<String, Path> cached = new TreeMap<>();
        Matcher line = CACHED.matcher(cache);
        while (line.find()) {
            cached.putIfAbsent(line.group(1), Path.of(line.group(2)));
        }
        return new LibrarySearch(List.copyOf(folders), Map.copyOf(cached));
    }

    Optional<Path> find(CudaLibrary library) {
        if (library == CudaLibrary.NVRTC_BUILTINS) {
            return find(CudaLibrary.NVRTC).flatMap(NvrtcBuiltins::beside);
        }
        return folders.stream()
                .map(folder -> folder.resolve(library.fileName()))
                .filter(Files::isRegularFile)
                .findFirst()
                .or(() -> Optional.ofNullable(cache.get(library.fileName())).filter(Files::isRegularFile));
    }

    /** The dynamic loader's own list; empty where nobody can be asked for it. */
    private static String loaderCache() {
        // Not on everyone's PATH.
        String command = Files.isExecutable(Path.of("/sbin/ldconfig")) ? "/sbin/ldconfig" : "ldconfig";
        try {
            return CommandOutput.of(Duration.ofSeconds(10), command, "-p").text();
        } catch (IOException | TimeoutException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    private static List<String> parts(String path) {
        return path == null
                ? List.of()
                : Arrays.stream(path.split(":")).filter(part -> !part.isBlank()).toList();
    }

    private static List<Path> inside(Path root) {
        return INSIDE.stream().flatMap(pattern -> matches(root, pattern)).toList();
    }

    private static Stream<Path> matches(Path root, String pattern) {
        Stream<Path> level = Stream.of(root);
        for (String name : pattern.split("/")) {
            level = level.flatMap(folder -> children(folder, name).stream());
        }
        return level;
    }

    private static List<Path> children(Path folder, String name) {
        if (name.equals(".")) {
            return Files.isDirectory(folder) ? List.of(folder) : List.of();
        }
        List<Path> children = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, name)) {
                found.forEach(child -> {
                    if (Files.isDirectory(child)) {
                        children.add(child);
                    }
                });
            } catch (IOException e) {
                // A folder that cannot be read has nothing that could be loaded.
            }
        }
        children.sort(null);
        return children;
    }
}

package io.sparkmics.bootstrap.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which builds of libtorch are on the class path. Loads none.
 *
 * @param cpu where those for the CPU are
 * @param gpu where those for the GPU are
 */
record TorchJars(List<String> cpu, List<String> gpu) {

    static final String CPU_FOLDER = "org/bytedeco/pytorch/linux-x86_64/";
    static final String GPU_FOLDER = "org/bytedeco/pytorch/linux-x86_64-gpu/";

    private static final String LIBRARY = "libtorch_cpu.so";

    static TorchJars here() {
        return in(TorchJars.class.getClassLoader());
    }

    static TorchJars in(ClassLoader loader) {
        return new TorchJars(jars(loader, CPU_FOLDER), jars(loader, GPU_FOLDER));
    }

    boolean hasCuda() {
        return !gpu.isEmpty();
    }

    /** Why libtorch cannot be loaded from this class path; empty where it can. */
    Optional<String> problem() {
        if (!cpu.isEmpty() && !gpu.isEmpty()) {
            return Optional.of("Cannot load libtorch: the class path has two builds of it, one for the CPU in "
                    + String.join(", ", cpu) + " and one for the GPU in " + String.join(", ", gpu)
                    + ", and the parts of one do not fit the other. Keep one of them.");
        }
        if (cpu.isEmpty() && gpu.isEmpty()) {
            return Optional.of(
                    "Cannot load libtorch: no jar on the class path has it. Add the -all jar, or the -all-gpu jar"
                            + " on machines with GPUs.");
        }
        return Optional.empty();
    }

    /** The resources of libtorch that link each other, each behind those that it links itself. */
    List<String> libraries() {
        return hasCuda()
                ? Stream.of("libgomp.so.1", "libc10.so", LIBRARY, "libc10_cuda.so", "libtorch_cuda.so")
                        .map(GPU_FOLDER::concat)
                        .toList()
                : Stream.of("libgomp.so.1", "libc10.so", LIBRARY)
                        .map(CPU_FOLDER::concat)
                        .toList();
    }

    /** The space that they take when they are extracted, rounded up. */
    int gigabytes() {
        return hasCuda() ? 2 : 1;
    }

    private static List<String> jars(ClassLoader loader, String folder) {
        try {
            return Collections.list(loader.getResources(folder + LIBRARY)).stream()
                    .map(TorchJars::jar)
                    .distinct()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot look for libtorch on the class path: " + e.getMessage() + ".", e);
        }
    }

    /** {@code jar:file:/a/b.jar!/org/...} is in {@code /a/b.jar}. */
    private static String jar(URL resource) {
        String file = resource.getFile();
        int end = file.indexOf("!/");
        return (end < 0 ? file : file.substring(0, end)).replaceFirst("^file:", "");
    }
}

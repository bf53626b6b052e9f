package io.sparkmics.bootstrap.machine;

import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import org.bytedeco.javacpp.Loader;

/**
 * Loads NVIDIA's libraries from the files that were found. Those that link them find them loaded, by their names, and need
 * no LD_LIBRARY_PATH; and JavaCPP, which looks in other places, does not load a second copy.
 */
final class CudaFiles {

    private CudaFiles() {}

    /**
     * Loads those of {@code libraries} that were {@code found}.
     *
     * @throws IllegalStateException naming the first file that cannot be loaded
     */
    static void load(Collection<CudaLibrary> libraries, Map<CudaLibrary, Path> found) {
        for (CudaLibrary library : libraries) {
            Path file = found.get(library);
            if (file != null) {
                load(library, library.loaderName(file), file);
                for (String part : library.parts()) {
                    load(library, part, file.resolveSibling(CudaLibrary.fileName(part)));
                }
            }
        }
    }

    private static void load(CudaLibrary library, String name, Path file) {
        try {
            Loader.loadLibrary(CudaFiles.class, new URL[] {file.toUri().toURL()}, name);
        } catch (UnsatisfiedLinkError | MalformedURLException e) {
            throw new IllegalStateException(
                    "Cannot load " + library.title() + " from " + file + ": " + reason(e) + ". " + remedy(library), e);
        }
    }

    private static String remedy(CudaLibrary library) {
        return library == CudaLibrary.DRIVER
                ? "Install NVIDIA's driver again, version " + CudaRequirements.DRIVER + " or newer."
                : "Run pip install '" + library.pythonPackage() + "' and set " + Setting.CUDA_PATH.variable()
                        + " to that Python environment.";
    }

    /** JavaCPP wraps what the dynamic loader says. */
    static String reason(Throwable error) {
        return (error.getCause() == null ? error : error.getCause()).getMessage();
    }
}

package io.sparkmics.bootstrap.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import org.bytedeco.cuda.global.nccl;
import org.bytedeco.cuda.nccl.ncclUniqueId;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;

/**
 * NCCL's bridge to Java on a machine without NVIDIA's driver. NCCL itself loads there, and makes ids; but JavaCPP loads the
 * bridge to the CUDA runtime with it, which cannot load without the driver's library.
 */
final class DriverlessNccl {

    private static final String LOADING = "org.bytedeco.javacpp.loadlibraries";

    private DriverlessNccl() {}

    /** Comes after NCCL itself. */
    static void load() {
        Loader.load(Pointer.class);
        try {
            URL bridge = Loader.cacheResource("/org/bytedeco/cuda/linux-x86_64/libjninccl.so")
                    .toURI()
                    .toURL();
            Loader.loadLibrary(DriverlessNccl.class, new URL[] {bridge}, "jninccl");
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Cannot extract NCCL's bridge to Java: " + e.getMessage()
                            + ". Set the system property org.bytedeco.javacpp.cachedir to a directory with space.",
                    e);
        }
        String before = System.getProperty(LOADING);
        // All is loaded that these classes can call here: they would ask for the rest when they are first used.
        System.setProperty(LOADING, "false");
        try {
            initialize(nccl.class);
            initialize(ncclUniqueId.class);
        } finally {
            restore(before);
        }
    }

    private static void initialize(Class<?> type) {
        try {
            Class.forName(type.getName(), true, type.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("Cannot find " + type.getName() + " where it was found before.", e);
        }
    }

    private static void restore(String before) {
        if (before == null) {
            System.clearProperty(LOADING);
        } else {
            System.setProperty(LOADING, before);
        }
    }
}

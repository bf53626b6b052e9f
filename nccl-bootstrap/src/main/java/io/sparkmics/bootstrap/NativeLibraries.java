package io.sparkmics.bootstrap;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.bytedeco.cuda.global.nccl;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch_cuda;

/** Loads the native libraries. */
public final class NativeLibraries {

    private static boolean loaded;

    private NativeLibraries() {}

    /**
     * Loads libtorch and OpenBLAS; once they are loaded it returns at once. Must come before anything else that touches
     * a tensor in this JVM. Thread-safe.
     *
     * @throws IllegalStateException where {@link Platform#problem()} knows why they cannot run
     */
    public static synchronized void load() {
        if (loaded) {
            return;
        }
        Platform.problem().ifPresent(problem -> {
            throw new IllegalStateException(problem);
        });
        // JavaCPP's own limit, 4 x -Xmx for the whole process, would end an executor that holds big tensors.
        if (System.getProperty("org.bytedeco.javacpp.maxPhysicalBytes") == null) {
            System.setProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
        }
        try {
            // libtorch.so is opened first and would find a libtorch_cpu.so of the system while ours is not extracted.
            Loader.cacheResource("/org/bytedeco/pytorch/linux-x86_64/libtorch_cpu.so");
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Cannot extract libtorch_cpu.so: " + e.getMessage() + ". Set the system property"
                            + " org.bytedeco.javacpp.cachedir to a directory with 1 GB of space.",
                    e);
        }
        Loader.load(openblas_nolapack.class);
        Loader.load(torch.class);
        loaded = true;
    }

    /** Loads NCCL and the CUDA runtime, without libtorch: enough to make unique ids, with or without a GPU. */
    public static synchronized void loadNccl() {
        Loader.load(nccl.class);
    }

    /** Loads all that a rank on a GPU needs. */
    public static synchronized void loadCuda() {
        load();
        loadNccl();
        Loader.load(torch_cuda.class);
    }
}

package io.sparkmics.bootstrap.machine;

import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;

/** How many threads the native libraries may use. */
public final class Threads {

    private Threads() {}

    /**
     * Holds libtorch and OpenBLAS to so many threads for each thread that computes, in the whole JVM. Both must be told:
     * several ranks on a host otherwise fight for its cores.
     */
    public static void hold(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException(
                    "Cannot hold the native libraries to " + threads + " threads: the value must be at least 1.");
        }
        NativeLibraries.load();
        torch.set_num_threads(threads);
        openblas_nolapack.blas_set_num_threads(threads);
    }
}

package io.sparkmics.bootstrap.machine;

import io.sparkmics.bootstrap.machine.Gpu.ComputeCapability;
import java.util.List;
import java.util.stream.Collectors;

/** What the GPU natives were built for. */
final class CudaRequirements {

    /** The version of CUDA that they were compiled with. */
    static final String CUDA = "13.1";

    /**
     * The oldest driver for CUDA 13 ("Minor Version Compatibility" in NVIDIA's CUDA Compatibility): enough for 13.1, for
     * libtorch brings machine code and leaves no code for the driver to compile.
     */
    static final int DRIVER = 580;

    /** The first NCCL with all functions that libtorch_cuda.so calls; the last to come was {@code ncclAlltoAll}. */
    static final String NCCL = "2.28";

    /**
     * The machine code in libtorch_cuda.so, which carries no PTX beside it: its flags are {@code code=sm_75, sm_80, sm_90,
     * sm_100, sm_120}. Machine code runs on later minor versions of its own major version, and on no other.
     */
    private static final List<ComputeCapability> COMPILED = List.of(
            new ComputeCapability(7, 5),
            new ComputeCapability(8, 0),
            new ComputeCapability(9, 0),
            new ComputeCapability(10, 0),
            new ComputeCapability(12, 0));

    private CudaRequirements() {}

    static boolean runsOn(ComputeCapability capability) {
        return COMPILED.stream()
                .anyMatch(compiled -> compiled.major() == capability.major() && compiled.minor() <= capability.minor());
    }

    static String compiled() {
        return COMPILED.stream().map(ComputeCapability::toString).collect(Collectors.joining(", "));
    }

    /** Whether a version is at least another, number by number; what is not a number counts as 0. */
    static boolean atLeast(String version, String minimum) {
        return compare(version, minimum) >= 0;
    }

    /** Versions in their order, number by number. */
    static int compare(String left, String right) {
        String[] a = left.split("\\.");
        String[] b = right.split("\\.");
        for (int i = 0; i < Math.max(a.length, b.length); i++) {
            int difference = Integer.compare(number(a, i), number(b, i));
            if (difference != 0) {
                return difference;
            }
        }
        return 0;
    }

    private static int number(String[] parts, int index) {
        return index < parts.length && parts[index].matches("\\d{1,9}") ? Integer.parseInt(parts[index]) : 0;
    }
}

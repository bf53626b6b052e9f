package io.sparkmics.bootstrap.machine;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Tells the errors of CUDA after which its context is lost from those that pass. The first are those of which the documentation
 * of {@code cudaError_t} says that the process must be terminated and relaunched, and the uncorrectable ones of memory and
 * NVLink.
 */
public final class CudaContext {

    private static final int LONGEST_CHAIN = 50;

    private static final List<String> LOST = List.of(
            "an illegal memory access was encountered",
            "an illegal instruction was encountered",
            "misaligned address",
            "operation not supported on global/shared address space",
            "invalid program counter",
            "hardware stack error",
            "unspecified launch failure",
            "the launch timed out and was terminated",
            "device-side assert triggered",
            "context is destroyed",
            "tensor memory not completely freed",
            "uncorrectable ECC error encountered",
            "uncorrectable NVLink error detected during the execution");

    /** As libtorch says it, and as NCCL does. */
    private static final Pattern ERROR = Pattern.compile("(?:CUDA error: |Cuda failure (?:\\d+ )?')("
            + LOST.stream().map(Pattern::quote).collect(Collectors.joining("|")) + ")");

    private CudaContext() {}

    /**
     * Does a part of a task's work, and lets every failure pass but one: where CUDA's context is lost it becomes one that says
     * so.
     *
     * @throws CudaContextException whose cause it is
     */
    public static <T> T guard(Supplier<T> work) {
        try {
            return work.get();
        } catch (RuntimeException failure) {
            Optional<CudaContextException> lost = explain(failure);
            if (lost.isPresent()) {
                throw lost.get();
            }
            throw failure;
        }
    }

    /** The same failure as one of CUDA's context; empty where neither it nor what caused it is one. */
    public static Optional<CudaContextException> explain(Throwable failure) {
        Throwable cause = failure;
        // A cause may lead back to itself.
        for (int depth = 0; cause != null && depth < LONGEST_CHAIN; depth++, cause = cause.getCause()) {
            if (cause instanceof CudaContextException known) {
                return Optional.of(known);
            }
            Matcher error = ERROR.matcher(String.valueOf(cause.getMessage()));
            if (error.find()) {
                return Optional.of(new CudaContextException(error.group(1), failure));
            }
        }
        return Optional.empty();
    }
}

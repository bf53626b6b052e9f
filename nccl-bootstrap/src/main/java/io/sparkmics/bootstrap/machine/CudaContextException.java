package io.sparkmics.bootstrap.machine;

/**
 * CUDA's context of this process is lost: every later call returns the same error, and only another process can use the GPU
 * again.
 */
public final class CudaContextException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    CudaContextException(String reason, Throwable failure) {
        super(
                "Cannot use the GPU any more: CUDA says '" + reason
                        + "', and says so to every later call of this process. Another process can; where it happens again, look"
                        + " for Xid errors in the log of the host's kernel, and set CUDA_LAUNCH_BLOCKING=1 to see which operation"
                        + " it is.",
                failure);
    }
}

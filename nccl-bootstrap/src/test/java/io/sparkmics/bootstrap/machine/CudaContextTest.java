package io.sparkmics.bootstrap.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CudaContextTest {

    /** As libtorch 2.10 and NCCL 2.28 put them. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "CUDA error: an illegal memory access was encountered\nSearch for `cudaErrorIllegalAddress' in"
                        + " https://docs.nvidia.com/cuda/cuda-runtime-api/group__CUDART__TYPES.html for more information.",
                "CUDA error: unspecified launch failure\nCUDA kernel errors might be asynchronously reported",
                "CUDA error: uncorrectable ECC error encountered",
                "Cannot finish gather 3 of partition group [0, 1] on rank 0: NCCL says: unhandled cuda error (run with"
                        + " NCCL_DEBUG=INFO for details) (Cuda failure 700 'an illegal memory access was encountered').",
                "Cuda failure 'misaligned address'"
            })
    void afterTheseOnlyAnotherProcessCanGoOn(String message) {
        RuntimeException failure = new IllegalStateException("a user's own words", new RuntimeException(message));

        assertThatThrownBy(() -> CudaContext.guard(() -> {
                    throw failure;
                }))
                .isInstanceOf(CudaContextException.class)
                .hasMessageStartingWith("Cannot use the GPU any more: CUDA says '")
                .hasMessageContaining("', and says so to every later call of this process.")
                .hasCause(failure)
                .satisfies(lost -> assertThat(CudaContext.explain(new RuntimeException(lost)))
                        .containsSame((CudaContextException) lost));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CUDA out of memory. Tried to allocate 2.00 GiB",
                "CUDA error: out of memory",
                "CUDA error: invalid argument",
                "CUDA error: CUBLAS_STATUS_NOT_SUPPORTED when calling `cublasLtMatmul`",
                "a model of misaligned address books"
            })
    void theOthersPass(String message) {
        RuntimeException failure = new IllegalStateException(message);

        assertThat(CudaContext.explain(failure)).isEmpty();
        assertThatThrownBy(() -> CudaContext.guard(() -> {
                    throw failure;
                }))
                .isSameAs(failure);
    }

    @Test
    void causesThatLeadInACircleEnd() {
        RuntimeException first = new RuntimeException("first");
        RuntimeException second = new RuntimeException("second", first);
        first.initCause(second);

        assertThat(CudaContext.explain(first)).isEmpty();
    }
}

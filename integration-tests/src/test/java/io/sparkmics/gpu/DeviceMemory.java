package io.sparkmics.gpu;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.cuda.DeviceStats;
import org.bytedeco.pytorch.global.torch_cuda;

/**
 * What tensors take of a GPU, in bytes, as they were asked for: without what the allocator rounds them up to.
 *
 * @param ordinal of the GPU
 */
record DeviceMemory(int ordinal) {

    /** All tensors of now. */
    long bytes() {
        try (PointerScope scope = new PointerScope()) {
            return statistics().requested_bytes().current();
        }
    }

    /** The most since {@link #startAgain}. */
    long peakBytes() {
        try (PointerScope scope = new PointerScope()) {
            return statistics().requested_bytes().peak();
        }
    }

    /** Forgets the peak. */
    void startAgain() {
        torch_cuda.getAllocator().resetPeakStats((byte) ordinal);
    }

    /** Frees what cuBLAS keeps as tensors of its own between two calls. */
    void freeLibraries() {
        torch_cuda.clearCublasWorkspaces();
    }

    private DeviceStats statistics() {
        return torch_cuda.getAllocator().getDeviceStats((byte) ordinal);
    }
}

package io.sparkmics.gpu;

import io.sparkmics.bootstrap.collectives.RankDevice;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.cuda.DeviceStats;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.bytedeco.pytorch.global.torch_cuda;

/**
 * What tensors take of a GPU, in bytes, as they were asked for: without what the allocator rounds them up to.
 *
 * @param ordinal of the GPU
 */
record DeviceMemory(int ordinal) {

    /** All tensors of now, when the device has done what it was asked for. */
    long bytes() {
        try (PointerScope scope = new PointerScope()) {
            synchronize();
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
        synchronize();
        torch_cuda.getAllocator().resetPeakStats((byte) ordinal);
    }

    /** Frees what cuBLAS keeps as tensors of its own between two calls. */
    void freeLibraries() {
        torch_cuda.clearCublasWorkspaces();
    }

    /**
     * The allocator is there from the first tensor on, and a tensor that another stream has read counts until the first one that
     * is asked for behind the stream's work.
     */
    private void synchronize() {
        try (PointerScope scope = new PointerScope()) {
            torch_cuda.device_synchronize();
            torch.empty(new long[] {1}, RankDevice.cuda(ordinal).options(ScalarType.Byte), null);
        }
    }

    private DeviceStats statistics() {
        return torch_cuda.getAllocator().getDeviceStats((byte) ordinal);
    }
}

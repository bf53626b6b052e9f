package io.sparkmics.engine.stage;

import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.engine.device.Native;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.cuda.CUDAEvent;
import org.bytedeco.pytorch.cuda.CUDAStream;
import org.bytedeco.pytorch.global.torch_cuda;

/**
 * Copies micro-batches to a GPU on a stream of its own, one at a time, beside what the thread's current stream computes. The
 * host waits for nothing; both streams are ordered by events.
 */
final class CudaCopy implements AutoCloseable {

    private final RankDevice device;
    private final CUDAStream stream;
    private final CUDAEvent copied;

    CudaCopy(RankDevice device) {
        this.device = device;
        try (PointerScope scope = new PointerScope()) {
            stream = torch_cuda.getStreamFromPool(false, (byte) device.ordinal());
            copied = new CUDAEvent();
            Native.keep(stream);
            Native.keep(copied);
        }
    }

    /**
     * Starts the copy and closes the original. Its bytes are copied to pinned memory first, which libtorch's cache does not
     * hand out again before the copy to the device is done.
     */
    MicroBatch start(MicroBatch host) {
        try (host;
                PointerScope scope = new PointerScope()) {
            MicroBatch pinned = host.of(Tensor::pin_memory);
            CUDAStream compute = computing();
            torch_cuda.setCurrentCUDAStream(stream);
            try {
                MicroBatch onDevice = pinned.of(
                        tensor -> Native.keep(tensor.to(device.device(), tensor.scalar_type(), true, false, null)));
                copied.record(stream);
                return onDevice;
            } finally {
                torch_cuda.setCurrentCUDAStream(compute);
            }
        }
    }

    /** What is computed from now on comes after the copy that was started last; its bytes may be freed at any time. */
    void join(MicroBatch batch) {
        try (PointerScope scope = new PointerScope()) {
            CUDAStream compute = computing();
            copied.block(compute);
            // The bytes belong to the copying stream, which must not write the next batch there too early.
            batch.forEach(tensor -> tensor.record_stream(compute.unwrap()));
        }
    }

    private CUDAStream computing() {
        return torch_cuda.getCurrentCUDAStream((byte) device.ordinal());
    }

    @Override
    public void close() {
        Native.close(copied);
        Native.close(stream);
    }
}

package io.sparkmics.engine.device;

import io.sparkmics.bootstrap.collectives.RankDevice;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * One piece of memory, allocated once, in which tensors have their places: so training neither asks for memory again and
 * again nor leaves holes in it.
 */
public final class FlatBuffer implements AutoCloseable {

    private final Tensor bytes;

    /**
     * @param device where it lies
     */
    public FlatBuffer(long bytes, RankDevice device) {
        try (PointerScope scope = new PointerScope()) {
            this.bytes = Native.keep(torch.empty(new long[] {bytes}, device.options(ScalarType.Byte), null));
        }
    }

    /** A tensor over the bytes from the offset on, owned by the caller's scope; it must not outlive the buffer. */
    public Tensor tensor(long offset, long elements, ScalarType type) {
        return bytes.narrow(0, offset, elements * ElementTypes.bytes(type)).view(type);
    }

    /** The address of the bytes from the offset on, for a storage that does not own them. */
    public Pointer address(long offset) {
        return new BytePointer(bytes.data_ptr()).getPointer(offset);
    }

    public long size() {
        return bytes.numel();
    }

    @Override
    public void close() {
        Native.close(bytes);
    }
}

package io.sparkmics.engine;

import io.sparkmics.model.Parameter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Allocator;
import org.bytedeco.pytorch.DataPtr;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Storage;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

/**
 * The place where a unit stands whole for a while. Its tensors live as long as this object; their bytes only between
 * {@link #allocate} and {@link #release}, at another address each time. The graph of a forward pass keeps the tensors, so
 * a backward pass finds the bytes again once the unit has been gathered anew.
 */
final class GatheredUnit implements AutoCloseable {

    private final UnitShard shard;
    private final long bytes;
    private final Tensor whole;
    private final Storage storage;
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();

    GatheredUnit(UnitShard shard, Precision precision) {
        this.shard = shard;
        this.bytes = shard.paddedSize() * precision.bytes();
        try (PointerScope scope = new PointerScope()) {
            this.whole = torch.empty(new long[] {shard.paddedSize()}, precision.options(), null);
            this.storage = whole.storage();
            long offset = 0;
            for (Parameter parameter : shard.unit().parameters()) {
                Tensor view = whole.narrow(0, offset, parameter.size())
                        .view(Native.sizes(parameter))
                        .detach();
                parameters.put(parameter.name(), view.requires_grad_(true));
                offset += parameter.size();
            }
            Native.keep(whole);
            Native.keep(storage);
            parameters.values().forEach(Native::keep);
        }
        release();
    }

    UnitShard shard() {
        return shard;
    }

    /** The parameters in their shapes, by name, in the order of the unit. They need gradients. */
    Map<String, Tensor> parameters() {
        return parameters;
    }

    /** Elements [p · shard size] under another version counter: filling it does not look like a change of the graph. */
    Tensor wholeForWriting() {
        return whole.variable_data();
    }

    void allocate() {
        try (PointerScope scope = new PointerScope()) {
            Allocator allocator = torch.GetAllocator(DeviceType.CPU);
            storage.set_data_ptr_noswap(allocator._allocate(bytes));
        }
    }

    void release() {
        try (PointerScope scope = new PointerScope()) {
            storage.set_data_ptr_noswap(new DataPtr(null, new Device(DeviceType.CPU)));
        }
    }

    /** Bytes that the unit occupies now, as its storage says. */
    long occupiedBytes() {
        try (PointerScope scope = new PointerScope()) {
            return storage.data() == null ? 0 : storage.nbytes();
        }
    }

    @Override
    public void close() {
        parameters.values().forEach(Native::close);
        Native.close(storage);
        Native.close(whole);
    }
}

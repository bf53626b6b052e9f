package io.sparkmics.engine.gather;

import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.engine.device.ElementTypes;
import io.sparkmics.engine.device.Native;
import io.sparkmics.engine.shard.UnitShard;
import io.sparkmics.model.Parameter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DataPtr;
import org.bytedeco.pytorch.Storage;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The tensors of a unit that stands whole: for a while, or from beginning to end where it need not be gathered. They live as
 * long as this object; their bytes, which are never this object's own, only between {@link #standAt} and {@link #release}, at
 * another address each time. The graph of a forward pass keeps the tensors, so a backward pass finds the bytes again once the
 * unit has been gathered anew.
 */
public final class GatheredUnit implements AutoCloseable {

    private final UnitShard shard;
    private final Tensor whole;
    private final Storage storage;
    private final Map<String, Tensor> parameters = new LinkedHashMap<>();
    private boolean stays;

    public GatheredUnit(UnitShard shard, ScalarType type, RankDevice rankDevice) {
        this.shard = shard;
        try (PointerScope scope = new PointerScope()) {
            Tensor none = torch.empty(new long[] {0}, rankDevice.options(type), null);
            storage = none.storage();
            storage.set_nbytes(shard.paddedSize() * ElementTypes.bytes(type));
            storage.set_data_ptr_noswap(new DataPtr(null, rankDevice.device()));
            whole = none.set_(storage, 0, new long[] {shard.paddedSize()}, 1);
            long offset = 0;
            for (Parameter parameter : shard.unit().parameters()) {
                Tensor view = whole.narrow(0, offset, parameter.size())
                        .view(Native.sizes(parameter))
                        .detach();
                parameters.put(
                        parameter.name(), view.requires_grad_(shard.unit().trainable()));
                offset += parameter.size();
            }
            Native.keep(whole);
            Native.keep(storage);
            parameters.values().forEach(Native::keep);
        }
    }

    public UnitShard shard() {
        return shard;
    }

    /** The parameters in their shapes, by name, in the order of the unit. Those of a trained unit need gradients. */
    public Map<String, Tensor> parameters() {
        return parameters;
    }

    /** Whether the tensor's bytes are this unit's: it dies with the unit's stay. */
    public boolean holds(Tensor tensor) {
        return tensor.has_storage() && tensor.is_alias_of(whole);
    }

    /** Elements [p · shard size] under another version counter: filling it does not look like a change of the graph. */
    public Tensor wholeForWriting() {
        return whole.variable_data();
    }

    /** The unit's bytes begin at the address from now on; they are somebody else's. */
    public void standAt(Pointer address) {
        // The storage's own record is changed: of one that is moved in, JavaCPP leaves a piece to the garbage
        // collector.
        if (!storage.mutable_data_ptr().unsafe_reset_data_and_ctx(address)) {
            throw new IllegalStateException(
                    "Cannot move unit " + shard.unit().name() + ": its storage owns the bytes that it stands at.");
        }
    }

    /** The unit's bytes are at the address from beginning to end: it is not gathered. */
    public void stayAt(Pointer address) {
        standAt(address);
        stays = true;
    }

    /** Whether the unit is whole from beginning to end. */
    public boolean stays() {
        return stays;
    }

    void release() {
        standAt(null);
    }

    /** Bytes that the unit occupies now, as its storage says. */
    public long occupiedBytes() {
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

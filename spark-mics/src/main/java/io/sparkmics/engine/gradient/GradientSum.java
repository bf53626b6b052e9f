package io.sparkmics.engine.gradient;

import io.sparkmics.engine.device.Native;
import io.sparkmics.engine.shard.UnitShard;
import io.sparkmics.model.Parameter;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/**
 * The place where a unit's gradients are summed. What comes first is copied there, what comes later is added: so the place
 * need not be zero before.
 */
final class GradientSum implements AutoCloseable {

    private final List<Tensor> parameters = new ArrayList<>();
    private final Tensor padding;
    private boolean begun;

    /**
     * @param place elements [p · shard size]: the gradients one after another, then padding; stays the caller's, and must
     *     outlive this
     */
    GradientSum(UnitShard shard, Tensor place) {
        try (PointerScope scope = new PointerScope()) {
            long offset = 0;
            for (Parameter parameter : shard.unit().parameters()) {
                parameters.add(place.narrow(0, offset, parameter.size()).view(Native.sizes(parameter)));
                offset += parameter.size();
            }
            padding = shard.paddedSize() > offset ? place.narrow(0, offset, shard.paddedSize() - offset) : null;
            parameters.forEach(Native::keep);
            if (padding != null) {
                Native.keep(padding);
            }
        }
    }

    /** What comes next is the first, whatever stands there. */
    void clear() {
        begun = false;
    }

    /**
     * @param gradients in the order of the unit's parameters, beginning at {@code first}; undefined ones count as zero
     */
    void add(TensorVector gradients, long first) {
        try (PointerScope scope = new PointerScope()) {
            for (int i = 0; i < parameters.size(); i++) {
                add(parameters.get(i), gradients.get(first + i));
            }
            begin();
        }
    }

    private void add(Tensor parameter, Tensor gradient) {
        if (!gradient.defined()) {
            if (!begun) {
                parameter.zero_();
            }
        } else if (begun) {
            parameter.add_(gradient);
        } else {
            parameter.copy_(gradient);
        }
    }

    private void begin() {
        if (!begun && padding != null) {
            padding.zero_();
        }
        begun = true;
    }

    /** Zero where nothing has come: the loss does not depend on the unit. */
    void fill() {
        if (!begun) {
            try (PointerScope scope = new PointerScope()) {
                parameters.forEach(Tensor::zero_);
                begin();
            }
        }
    }

    @Override
    public void close() {
        parameters.forEach(Native::close);
        Native.close(padding);
    }
}

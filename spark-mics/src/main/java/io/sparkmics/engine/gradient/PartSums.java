package io.sparkmics.engine.gradient;

import io.sparkmics.engine.device.ElementTypes;
import io.sparkmics.engine.device.Native;
import io.sparkmics.engine.shard.UnitShard;
import io.sparkmics.engine.stage.UnitGradients;
import java.util.IdentityHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;

/**
 * Where the gradients of one stage go that come in parts. Where hop 1 sums less precisely than gradients are kept, the parts are
 * summed as precisely as these, and their sum is rounded once.
 */
public final class PartSums implements UnitGradients, AutoCloseable {

    private final UnitGradients destination;
    private final ElementTypes types;
    private final Map<UnitShard, Tensor[]> sums = new IdentityHashMap<>();

    PartSums(UnitGradients destination, ElementTypes types) {
        this.destination = destination;
        this.types = types;
    }

    @Override
    public void accumulate(UnitShard shard, TensorVector gradients, long first) {
        if (shard.whole() || types.reducesAsKept()) {
            destination.accumulate(shard, gradients, first);
            return;
        }
        Tensor[] ofUnit = sums.computeIfAbsent(
                shard, any -> new Tensor[shard.unit().parameters().size()]);
        try (PointerScope scope = new PointerScope()) {
            for (int i = 0; i < ofUnit.length; i++) {
                Tensor gradient = gradients.get(first + i);
                if (gradient.defined()) {
                    add(ofUnit, i, gradient);
                }
            }
        }
    }

    private void add(Tensor[] ofUnit, int place, Tensor gradient) {
        if (ofUnit[place] == null) {
            ofUnit[place] = Native.keep(gradient.to(types.states(), false, true, null));
        } else {
            ofUnit[place].add_(gradient);
        }
    }

    /** No part is to come: hands the sums over. */
    public void complete() {
        sums.forEach((shard, ofUnit) -> {
            try (PointerScope scope = new PointerScope()) {
                TensorVector gradients = new TensorVector();
                for (Tensor sum : ofUnit) {
                    gradients.push_back(sum == null ? new Tensor() : sum);
                }
                destination.accumulate(shard, gradients, 0);
            }
        });
    }

    @Override
    public void close() {
        sums.values().forEach(ofUnit -> {
            for (Tensor sum : ofUnit) {
                Native.close(sum);
            }
        });
    }
}

package io.sparkmics.engine.optimizer;

import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.engine.device.Native;
import io.sparkmics.engine.shard.UnitShard;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorType;
import org.bytedeco.pytorch.Type;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * libtorch's fused AdamW on parts of shards that decay alike: each element of parameter, gradient and moments is read
 * once. It has no method in Java; libtorch's dispatcher knows it by its name.
 *
 * <p>With the gradient g, scaled, and the number t of the update: θ ← θ (1 − ηλ); m ← m + (1 − β₁)(g − m);
 * v ← β₂ v + (1 − β₂) g²; θ ← θ − η / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε).
 */
final class FusedAdamW implements AutoCloseable {

    /** Elements of a unit's shard. */
    record Range(UnitShard shard, long offset, long size) {

        Tensor of(Function<UnitShard, Tensor> state) {
            return state.apply(shard).narrow(0, offset, size);
        }
    }

    private final OptimizerSettings.AdamW settings;
    private final double decay;
    private final boolean empty;
    private final OperatorHandle operator;

    /** Parameters, gradients, first and second moments, a list that only AMSGrad needs, and the number of the update. */
    private final List<IValue> lists = new ArrayList<>();

    private final Tensor number;
    private final Tensor divisor;

    /**
     * @param decay the weight decay
     * @param states parameters, gradients, first and second moments; must outlive this
     * @param ranges what of each is updated; empty ones are left out
     * @param device where they are
     */
    FusedAdamW(
            OptimizerSettings.AdamW settings,
            double decay,
            List<Function<UnitShard, Tensor>> states,
            List<Range> ranges,
            RankDevice device) {
        this.settings = settings;
        this.decay = decay;
        List<Range> filled = ranges.stream().filter(range -> range.size() > 0).toList();
        empty = filled.isEmpty();
        try (PointerScope scope = new PointerScope()) {
            operator = Dispatcher.singleton().findSchemaOrThrow("aten::_fused_adamw_", "");
            TensorOptions single = device.options(ScalarType.Float);
            number = torch.zeros(new long[] {}, single);
            divisor = torch.ones(new long[] {}, single);
            for (Function<UnitShard, Tensor> state : states) {
                lists.add(list(filled.stream().map(range -> range.of(state)).toList()));
            }
            lists.add(list(List.of()));
            lists.add(list(Collections.nCopies(filled.size(), number)));
            Native.keep(operator);
            Native.keep(number);
            Native.keep(divisor);
            lists.forEach(Native::keep);
        }
    }

    private static IValue list(List<Tensor> tensors) {
        GenericList list = new GenericList(new Type.TypePtr(TensorType.get()));
        tensors.forEach(tensor -> list.push_back(new IValue(tensor)));
        return new IValue(list);
    }

    /**
     * Leaves gradients that are not scaled by 1 with any content.
     *
     * @param update its number, from 1
     * @param scale what each gradient is multiplied by first; in single precision
     */
    void update(long update, double learningRate, double scale) {
        if (empty) {
            return;
        }
        try (PointerScope scope = new PointerScope()) {
            number.fill_(new Scalar((double) update));
            IValueVector stack = new IValueVector(lists.toArray(IValue[]::new));
            for (double constant :
                    new double[] {learningRate, settings.beta1(), settings.beta2(), decay, settings.epsilon()}) {
                stack.push_back(new IValue(constant));
            }
            // Neither AMSGrad nor maximizing.
            stack.push_back(new IValue(false)).push_back(new IValue(false));
            stack.push_back(scale == 1 ? new IValue() : new IValue(divisor.fill_(Optimizer.scalar(1 / scale))));
            stack.push_back(new IValue());
            operator.callBoxed(stack);
        }
    }

    @Override
    public void close() {
        lists.forEach(Native::close);
        Native.close(divisor);
        Native.close(number);
        Native.close(operator);
    }
}

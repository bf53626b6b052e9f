package io.sparkmics.engine.stage;

import io.sparkmics.engine.device.Native;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What one rank computes in one micro-step.
 *
 * @param data the input of the model's first stage; its first dimension is the micro-batch size b. Closed with this.
 * @param columns of the rows, by name, the data among them; empty where that is all there is. Closed with this.
 * @param step the step that it belongs to, from 0
 * @param slots where its b sequences stand in the global batch: what dropout masks depend on
 * @param weights what each sequence's loss counts: 1, less where only a part of it is predicted, 0 for padding
 */
public record MicroBatch(Tensor data, Map<String, Tensor> columns, long step, int[] slots, double[] weights)
        implements AutoCloseable {

    public MicroBatch {
        columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
        if (slots.length == 0 || weights.length != slots.length || data.size(0) != slots.length) {
            throw new IllegalArgumentException("Cannot make a micro-batch: " + data.size(0) + " sequences, "
                    + slots.length + " slots and " + weights.length + " weights must be the same positive number.");
        }
    }

    /** Of a stream of tokens. */
    public MicroBatch(Tensor data, long step, int[] slots, double[] weights) {
        this(data, Map.of(), step, slots, weights);
    }

    /** Of rows: the first of the columns is the data. */
    public static MicroBatch ofColumns(Map<String, Tensor> columns, long step, int[] slots, double[] weights) {
        return new MicroBatch(columns.values().iterator().next(), columns, step, slots, weights);
    }

    /** The same of other tensors, as copies on a device. */
    MicroBatch of(UnaryOperator<Tensor> each) {
        if (columns.isEmpty()) {
            return new MicroBatch(each.apply(data), step, slots, weights);
        }
        Map<String, Tensor> others = new LinkedHashMap<>();
        columns.forEach((name, column) -> others.put(name, each.apply(column)));
        return ofColumns(others, step, slots, weights);
    }

    /** Every tensor that it has, once. */
    void forEach(Consumer<Tensor> action) {
        if (columns.isEmpty()) {
            action.accept(data);
        } else {
            columns.values().forEach(action);
        }
    }

    public int size() {
        return slots.length;
    }

    /** What its sequences count on average. */
    public double meanWeight() {
        return Arrays.stream(weights).sum() / weights.length;
    }

    /** What each of the losses counts: a tensor like them, owned by the caller's scope. */
    public Tensor weights(Tensor losses) {
        return Native.copy(weights, losses.options());
    }

    /** The sum of the losses as they count; double, without dimensions, owned by the caller's scope. */
    public Tensor weightedSum(Tensor losses) {
        return losses.detach().mul(weights(losses)).to(ScalarType.Double).sum();
    }

    @Override
    public void close() {
        forEach(Native::close);
    }
}

package io.sparkmics.engine.device;

import io.sparkmics.plan.ElementBytes;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The types of an engine's tensors.
 *
 * @param states of master parameters, moments and summed gradients
 * @param compute of gathered units, activations and the gradients that a backward pass makes
 * @param reduction of what hop 1 sums
 * @param replication of what hop 2 sums
 */
public record ElementTypes(ScalarType states, ScalarType compute, ScalarType reduction, ScalarType replication) {

    /**
     * @param reduction of hop 1; without meaning where nothing is computed in bfloat16
     * @param replication of hop 2
     */
    public static ElementTypes of(Precision precision, ReductionPrecision reduction, ReductionPrecision replication) {
        boolean mixed = precision.states() != precision.compute();
        return new ElementTypes(
                precision.states(),
                precision.compute(),
                mixed ? reduction.type() : precision.states(),
                replication == ReductionPrecision.FLOAT32 ? precision.states() : replication.type());
    }

    /** Whether gathers move a copy of the parameters, in another type than they are kept in. */
    public boolean mixed() {
        return states != compute;
    }

    /** Whether hop 1 sums in the type in which summed gradients are kept. */
    public boolean reducesAsKept() {
        return reduction == states;
    }

    public ElementBytes bytes() {
        return new ElementBytes(bytes(states), bytes(states), bytes(compute), bytes(reduction), bytes(replication));
    }

    /** Arithmetic, not libtorch's: the driver asks too, and loads no native code. */
    public static int bytes(ScalarType type) {
        return switch (type) {
            case Double -> Double.BYTES;
            case Float -> Float.BYTES;
            case BFloat16 -> Short.BYTES;
            default -> throw new IllegalArgumentException("Cannot train in " + type + ": no precision uses it.");
        };
    }
}

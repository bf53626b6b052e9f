package io.sparkmics.job.settings;

import io.sparkmics.checkpoint.safetensors.TensorType;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.device.ReductionPrecision;
import io.sparkmics.plan.ActivationCheckpointing;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;

/**
 * What ranks compute on and in.
 *
 * @param deviceType one of {@link #DEVICE_TYPES}
 * @param precision one of {@link #PRECISIONS}; {@code bfloat16}: computed in it, kept and updated in float32; {@code auto}
 *     until it is known what ranks compute on
 * @param reductionPrecision one of {@link #REDUCTION_PRECISIONS}: what hop 1 sums in where precision is {@code bfloat16}
 * @param replicationPrecision one of {@link #REDUCTION_PRECISIONS}: what hop 2 sums in
 * @param activationCheckpointing 0: no stage runs its forward pass again for its backward pass; 1: all do; k: every k-th
 */
public record ComputeSettings(
        String deviceType,
        String precision,
        String reductionPrecision,
        String replicationPrecision,
        int activationCheckpointing)
        implements Serializable {

    public static final List<String> DEVICE_TYPES = List.of("auto", "cpu", "cuda");
    public static final List<String> PRECISIONS = List.of("auto", "float32", "float64", "bfloat16");
    public static final List<String> REDUCTION_PRECISIONS = List.of("float32", "bfloat16");

    private static final String AUTO = "auto";

    /** The same, now that it is known whether ranks compute on GPUs. */
    ComputeSettings on(boolean cuda) {
        return new ComputeSettings(
                deviceType,
                automatic() ? cuda ? "bfloat16" : "float32" : precision,
                reductionPrecision,
                replicationPrecision,
                activationCheckpointing);
    }

    boolean automatic() {
        return precision.equals(AUTO);
    }

    /** What is not decided yet counts as float32: model states have that type either way. */
    Precision enginePrecision() {
        return automatic() ? Precision.FLOAT32 : Precision.valueOf(precision.toUpperCase(Locale.ROOT));
    }

    ReductionPrecision engineReductionPrecision() {
        return ReductionPrecision.valueOf(reductionPrecision.toUpperCase(Locale.ROOT));
    }

    ReductionPrecision engineReplicationPrecision() {
        return ReductionPrecision.valueOf(replicationPrecision.toUpperCase(Locale.ROOT));
    }

    ActivationCheckpointing engineCheckpointing() {
        return new ActivationCheckpointing(activationCheckpointing);
    }

    /** Of what is kept of the model's states. */
    public TensorType stateType() {
        return precision.equals("float64") ? TensorType.F64 : TensorType.F32;
    }

    void check(Problems problems) {
        problems.choice("deviceType", deviceType, DEVICE_TYPES);
        problems.choice("precision", precision, PRECISIONS);
        problems.choice("reductionPrecision", reductionPrecision, REDUCTION_PRECISIONS);
        problems.choice("replicationPrecision", replicationPrecision, REDUCTION_PRECISIONS);
        problems.atLeastZero("activationCheckpointing", activationCheckpointing);
    }
}

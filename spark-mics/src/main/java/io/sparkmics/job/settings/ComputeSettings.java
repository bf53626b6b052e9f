package io.sparkmics.job.settings;

import io.sparkmics.checkpoint.safetensors.TensorType;
import io.sparkmics.engine.device.Precision;
import io.sparkmics.engine.device.ReductionPrecision;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;

/**
 * What ranks compute on and in.
 *
 * @param deviceType one of {@link #DEVICE_TYPES}
 * @param precision one of {@link #PRECISIONS}; {@code bfloat16}: computed in it, kept and updated in float32
 * @param reductionPrecision one of {@link #REDUCTION_PRECISIONS}: what hop 1 sums in where precision is {@code bfloat16}
 */
public record ComputeSettings(String deviceType, String precision, String reductionPrecision) implements Serializable {

    public static final List<String> DEVICE_TYPES = List.of("auto", "cpu", "cuda");
    public static final List<String> PRECISIONS = List.of("float32", "float64", "bfloat16");
    public static final List<String> REDUCTION_PRECISIONS = List.of("float32", "bfloat16");

    Precision enginePrecision() {
        return Precision.valueOf(precision.toUpperCase(Locale.ROOT));
    }

    ReductionPrecision engineReductionPrecision() {
        return ReductionPrecision.valueOf(reductionPrecision.toUpperCase(Locale.ROOT));
    }

    /** Of what is kept of the model's states. */
    public TensorType stateType() {
        return precision.equals("float64") ? TensorType.F64 : TensorType.F32;
    }

    void check(Problems problems) {
        problems.choice("deviceType", deviceType, DEVICE_TYPES);
        problems.choice("precision", precision, PRECISIONS);
        problems.choice("reductionPrecision", reductionPrecision, REDUCTION_PRECISIONS);
    }
}

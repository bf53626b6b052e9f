package io.sparkmics.params;

import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.lora.Lora;
import io.sparkmics.model.lora.LoraConfig;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.Params;

/**
 * Low-rank adapters, which are then all that is trained, with the head of a classifier or a regressor.
 *
 * @param <T> the stage itself
 */
public interface LoraParams<T> extends Params {

    default IntParam loraRank() {
        return new IntParam(
                uid(),
                "loraRank",
                "the rank of adapters, which are then all that is trained, with the head of a classifier or a regressor: the model "
                        + "that initialModel names stays as it is; 0: no adapters",
                Allowed.atLeast("loraRank", 0));
    }

    default int getLoraRank() {
        return (int) getOrDefault(loraRank());
    }

    default T setLoraRank(int value) {
        return Fluent.set(this, loraRank(), value);
    }

    default DoubleParam loraAlpha() {
        return new DoubleParam(
                uid(),
                "loraAlpha",
                "adapters add loraAlpha / loraRank times their product",
                Allowed.positive("loraAlpha"));
    }

    default double getLoraAlpha() {
        return (double) getOrDefault(loraAlpha());
    }

    default T setLoraAlpha(double value) {
        return Fluent.set(this, loraAlpha(), value);
    }

    default DoubleParam loraDropout() {
        return new DoubleParam(
                uid(),
                "loraDropout",
                "probability of dropping a number of what an adapter is given",
                Allowed.fromZeroBelowOne("loraDropout"));
    }

    default double getLoraDropout() {
        return (double) getOrDefault(loraDropout());
    }

    default T setLoraDropout(double value) {
        return Fluent.set(this, loraDropout(), value);
    }

    default Param<String> loraTargets() {
        return new Param<>(
                uid(),
                "loraTargets",
                "the projections that get adapters, separated by commas, as in q_proj, v_proj or attention.output.dense; empty: "
                        + "all in the blocks",
                String.class);
    }

    default String getLoraTargets() {
        return getOrDefault(loraTargets());
    }

    default T setLoraTargets(String value) {
        return Fluent.set(this, loraTargets(), value);
    }

    default Param<String> initialAdapter() {
        return new Param<>(
                uid(),
                "initialAdapter",
                "a folder that PEFT has saved, or a model that was saved with adapters, any Hadoop path, that the adapters start "
                        + "from: loraRank, loraAlpha, loraTargets and loraDropout are its where they are not set, and the first "
                        + "three must be where they are; empty: they are drawn",
                String.class);
    }

    default String getInitialAdapter() {
        return getOrDefault(initialAdapter());
    }

    default T setInitialAdapter(String path) {
        return Fluent.set(this, initialAdapter(), path);
    }

    /** The model that is trained: the given one, or that with adapters. */
    default ModelConfig adapted(ModelConfig model) {
        if (getLoraRank() == 0) {
            return model;
        }
        List<String> targets = Arrays.stream(getLoraTargets().split(","))
                .map(String::strip)
                .filter(target -> !target.isEmpty())
                .toList();
        return new LoraConfig(model, new Lora(getLoraRank(), getLoraAlpha(), getLoraDropout(), targets));
    }
}

package io.sparkmics.engine.stage;

import io.sparkmics.engine.shard.UnitShard;
import org.bytedeco.pytorch.TensorVector;

/** Where the gradients of a trained unit go that one stage's backward pass has made. */
@FunctionalInterface
public interface UnitGradients {

    /**
     * @param gradients in the order of the unit's parameters, beginning at {@code first}; undefined where the stage did not
     *     read the parameter
     */
    void accumulate(UnitShard shard, TensorVector gradients, long first);
}

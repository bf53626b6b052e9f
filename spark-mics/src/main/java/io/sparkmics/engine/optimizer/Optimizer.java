package io.sparkmics.engine.optimizer;

import io.sparkmics.engine.shard.ShardedState;
import io.sparkmics.engine.shard.StateKind;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;

/** Updates one rank's shards in place, after gradients have been synchronised. */
public interface Optimizer extends AutoCloseable {

    /**
     * Leaves the gradients with any content.
     *
     * @param learningRate of this step
     * @param scale what the summed gradients must be multiplied by to be averaged and clipped
     */
    void update(double learningRate, double scale);

    /** libtorch throws at what single precision cannot hold. The largest that it can makes parameters that are not finite. */
    static Scalar scalar(double value) {
        return new Scalar(Math.max(-Float.MAX_VALUE, Math.min(Float.MAX_VALUE, value)));
    }

    /** What it remembers, in the layout of the model states; its own. */
    Map<StateKind, ShardedState> moments();

    /** How many updates it has counted. 0 where they make no difference to the next one. */
    long updates();

    /** Goes on as if there had been so many. */
    void resumeAt(long updates);

    /** What its moments take. */
    default long bytes() {
        return moments().values().stream().mapToLong(ShardedState::bytes).sum();
    }

    @Override
    void close();
}

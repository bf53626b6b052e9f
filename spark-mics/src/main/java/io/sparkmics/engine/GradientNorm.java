package io.sparkmics.engine;

import io.sparkmics.bootstrap.Communicator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongArrayRefOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The global norm of the gradient: squares summed in double precision, over the partition group alone, for replicas are
 * equal. Nothing of it is read by the host.
 */
final class GradientNorm {

    private static final double EPSILON = 1e-6;

    private final Communicator partition;
    private final ModelStates states;
    private final double clipping;

    /**
     * @param clipping the largest norm that passes; 0: every norm does
     */
    GradientNorm(Communicator partition, ModelStates states, double clipping) {
        this.partition = partition;
        this.states = states;
        this.clipping = clipping;
    }

    /**
     * Makes the mean gradient of the summed one, and clips it.
     *
     * @param count how many micro-batches the sum is over: s · W
     * @param result becomes the norm before clipping; double, without dimensions
     */
    void averageAndClip(long count, Tensor result) {
        try (PointerScope scope = new PointerScope()) {
            Tensor norm = sumOfSquares().sqrt_().div_(new Scalar((double) count));
            result.copy_(norm);
            if (clipping > 0) {
                Tensor room = torch.full_like(norm, new Scalar(clipping)).div_(norm.add(new Scalar(EPSILON)));
                states.gradients().mul_(room.clamp_max_(new Scalar(1.0)).div_(new Scalar((double) count)));
            } else {
                states.gradients().mul_(new Scalar(1.0 / count));
            }
        }
    }

    /** Unit by unit: at no time is there a copy of the whole shard in double precision. */
    private Tensor sumOfSquares() {
        Tensor squares = torch.zeros(
                new long[] {1}, states.gradients().options().dtype(new ScalarTypeOptional(ScalarType.Double)));
        for (UnitShard shard : states.layout().shards()) {
            try (PointerScope scope = new PointerScope()) {
                Tensor norm = torch.linalg_vector_norm(
                        states.gradients(shard),
                        new Scalar(2.0),
                        new LongArrayRefOptional(),
                        false,
                        new ScalarTypeOptional(ScalarType.Double));
                squares.addcmul_(norm, norm);
            }
        }
        partition.allReduce(squares).join();
        return squares.select(0, 0);
    }
}

package io.sparkmics.engine;

import io.sparkmics.bootstrap.Communicator;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongArrayRefOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The global norm of the gradient: squares summed in double precision, over the partition group alone, for replicas are equal. */
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
     * @return the norm before clipping
     */
    double averageAndClip(long count) {
        double norm = Math.sqrt(sumOfSquares()) / count;
        double clipped = clipping > 0 ? Math.min(1, clipping / (norm + EPSILON)) : 1;
        try (PointerScope scope = new PointerScope()) {
            states.gradients().mul_(new Scalar(clipped / count));
        }
        return norm;
    }

    private double sumOfSquares() {
        try (PointerScope scope = new PointerScope()) {
            Tensor norm = torch.linalg_vector_norm(
                    states.gradients(),
                    new Scalar(2.0),
                    new LongArrayRefOptional(),
                    false,
                    new ScalarTypeOptional(ScalarType.Double));
            double own = norm.item_double();
            Tensor squares = Native.tensor(new DoublePointer(own * own));
            partition.allReduce(squares).await();
            return squares.item_double();
        }
    }
}

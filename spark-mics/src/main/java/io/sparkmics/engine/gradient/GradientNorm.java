package io.sparkmics.engine.gradient;

import io.sparkmics.bootstrap.collectives.Communicator;
import io.sparkmics.engine.device.WaitClock;
import io.sparkmics.engine.device.WaitKind;
import io.sparkmics.engine.shard.ModelStates;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongArrayRefOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * The global norm of the gradient, summed over the partition group alone, for replicas are equal. Of rows of {@value #ROW}
 * numbers squares are summed as precisely as gradients are kept, so that these are read once and never copied; of rows in
 * double precision. Nothing of it is read by the host.
 */
public final class GradientNorm {

    private static final double EPSILON = 1e-6;
    private static final long ROW = 1024;
    private static final long[] EVERY_ROW = {1};

    private final Communicator partition;
    private final ModelStates states;
    private final double clipping;
    private final WaitClock waits;

    /**
     * @param clipping the largest norm that passes; 0: every norm does
     */
    public GradientNorm(Communicator partition, ModelStates states, double clipping, WaitClock waits) {
        this.partition = partition;
        this.states = states;
        this.clipping = clipping;
        this.waits = waits;
    }

    /**
     * Measures the mean gradient, of which the summed one stays as it is.
     *
     * @param count how many micro-batches the sum is over: s · W
     * @param result becomes the norm before clipping; double, without dimensions
     */
    public void measure(long count, Tensor result) {
        try (PointerScope scope = new PointerScope()) {
            result.copy_(sumOfSquares().sqrt_().div_(new Scalar((double) count)));
        }
    }

    /**
     * What the summed gradient must be multiplied by to become the mean one, clipped.
     *
     * @param count what the sum is divided by
     * @param norm of the mean
     */
    public double scale(double count, double norm) {
        return (clipping > 0 ? Math.min(1, clipping / (norm + EPSILON)) : 1) / count;
    }

    private Tensor sumOfSquares() {
        Tensor gradients = states.gradients();
        long rows = gradients.numel() / ROW;
        Tensor inRows = gradients.narrow(0, 0, rows * ROW).view(rows, ROW);
        Tensor behind = gradients.narrow(0, rows * ROW, gradients.numel() - rows * ROW);
        Tensor ofRows = inRows.norm(new ScalarOptional(new Scalar(2.0)), EVERY_ROW, false);
        Tensor squares = norm(ofRows).square_();
        squares.add_(norm(behind).square_());
        Tensor sum = squares.view(1);
        waits.join(WaitKind.NORM, partition.allReduce(sum));
        return sum.select(0, 0);
    }

    private static Tensor norm(Tensor vector) {
        return torch.linalg_vector_norm(
                vector, new Scalar(2.0), new LongArrayRefOptional(), false, new ScalarTypeOptional(ScalarType.Double));
    }
}

package io.sparkmics.engine;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A tensor's elements in Java. */
public final class Values {

    private Values() {}

    public static double[] of(Tensor tensor) {
        try (PointerScope scope = new PointerScope()) {
            Tensor doubles = tensor.detach().to(ScalarType.Double).contiguous();
            double[] values = new double[Math.toIntExact(doubles.numel())];
            new DoublePointer(doubles.data_ptr()).get(values);
            return values;
        }
    }
}

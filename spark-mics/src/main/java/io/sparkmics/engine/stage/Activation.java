package io.sparkmics.engine.stage;

import io.sparkmics.engine.device.Native;
import org.bytedeco.pytorch.Tensor;

/**
 * What the backward pass of one stage needs of its forward pass: the input, cut off from the stage before, and the output,
 * which holds the graph between the two.
 */
public record Activation(Tensor input, Tensor output) implements AutoCloseable {

    @Override
    public void close() {
        Native.close(input);
        Native.close(output);
    }
}

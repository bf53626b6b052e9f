package io.sparkmics.bootstrap.machine;

import java.util.Locale;
import java.util.Optional;
import org.bytedeco.pytorch.global.torch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether libtorch may take cuDNN's attention, which it prefers on an H100 and which compiles its kernels while it runs. Without
 * it libtorch computes flash attention, whose machine code it brings.
 */
final class CudnnAttention {

    private static final Logger LOG = LoggerFactory.getLogger(CudnnAttention.class);

    private CudnnAttention() {}

    /**
     * Tells libtorch, for the whole process. libtorch must be loaded.
     *
     * @throws IllegalStateException where the setting is neither {@code on} nor {@code off}
     */
    static void apply(Optional<String> setting) {
        boolean wanted = switch (setting.orElse("on").toLowerCase(Locale.ROOT)) {
            case "on" -> true;
            case "off" -> false;
            default ->
                throw new IllegalStateException("Cannot set " + Setting.CUDNN_ATTENTION + " to " + setting.get()
                        + ": it is on or off. Set one of the two.");
        };
        torch.globalContext().setSDPUseCuDNN(wanted);
        if (!wanted) {
            LOG.info("Attention on GPUs is computed without cuDNN: {} is off.", Setting.CUDNN_ATTENTION);
        }
    }
}

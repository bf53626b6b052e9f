package io.sparkmics.bootstrap.collectives;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * What a rank computes on, and where the tensors lie that it exchanges with others: the CPU, or one GPU.
 *
 * @param ordinal the GPU's number as CUDA counts in this process; -1: the CPU
 */
public record RankDevice(int ordinal) {

    private static final RankDevice CPU = new RankDevice(-1);

    public RankDevice {
        if (ordinal < -1 || ordinal > Byte.MAX_VALUE) {
            throw new IllegalArgumentException("Cannot compute on GPU " + ordinal + ": GPUs are numbered from 0 to "
                    + Byte.MAX_VALUE + " in a process.");
        }
    }

    public static RankDevice cpu() {
        return CPU;
    }

    public static RankDevice cuda(int ordinal) {
        if (ordinal < 0) {
            throw new IllegalArgumentException("Cannot compute on GPU " + ordinal + ": GPUs are numbered from 0.");
        }
        return new RankDevice(ordinal);
    }

    public boolean isCuda() {
        return ordinal >= 0;
    }

    /** Options of a tensor on this device. Owned by the caller's scope, as all that follows. */
    public TensorOptions options(ScalarType type) {
        return new TensorOptions().dtype(new ScalarTypeOptional(type)).device(new DeviceOptional(device()));
    }

    public Device device() {
        return isCuda() ? new Device(DeviceType.CUDA, (byte) ordinal) : new Device(DeviceType.CPU);
    }

    boolean holds(Tensor tensor) {
        if (!isCuda()) {
            return tensor.is_cpu();
        }
        try (Device where = tensor.device()) {
            return where.is_cuda() && where.index() == ordinal;
        }
    }

    /** As libtorch writes it: {@code cpu}, {@code cuda:0}. */
    @Override
    public String toString() {
        return isCuda() ? "cuda:" + ordinal : "cpu";
    }
}

package io.sparkmics.engine.device;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.cuda.DeviceStats;
import org.bytedeco.pytorch.global.torch_cuda;

/**
 * What the engine needs of libtorch's CUDA half. Its native library is there on a GPU's machine alone: nothing here may be
 * touched for a rank on the CPU.
 */
public final class Cuda {

    private Cuda() {}

    /** A private generator, on the device; owned by the caller's scope. */
    public static GeneratorOptional generator(int device, long seed) {
        Generator generator = torch_cuda.make_generator_cuda((byte) device);
        generator.set_current_seed(seed);
        return new GeneratorOptional(generator);
    }

    /** The most bytes that tensors have taken at once since the process began. */
    public static long peakBytes(int device) {
        try (PointerScope scope = new PointerScope()) {
            // An array in C++: the first is of all pools of memory together.
            return statistics(device).allocated_bytes().peak();
        }
    }

    /** How often the allocator has asked the driver for memory; tensors that come from its cache do not count. */
    public static long allocations(int device) {
        try (PointerScope scope = new PointerScope()) {
            return statistics(device).num_device_alloc();
        }
    }

    private static DeviceStats statistics(int device) {
        return torch_cuda.getAllocator().getDeviceStats((byte) device);
    }
}

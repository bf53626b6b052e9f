package io.sparkmics.integration;

import io.sparkmics.bootstrap.machine.NativeLibraries;
import org.bytedeco.cuda.global.nccl;
import org.bytedeco.cuda.nccl.ncclUniqueId;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;

/** Loads what can be loaded of the build for the GPU, uses it, and says at each step how that went. */
public final class GpuNatives {

    private GpuNatives() {}

    public static void main(String[] arguments) {
        try (PointerScope scope = new PointerScope()) {
            NativeLibraries.load();
            System.out.println("GPUs: " + torch.cuda_device_count() + ", available: " + torch.cuda_is_available());
            System.out.println("sum on the CPU: "
                    + torch.ones(3, 4).matmul(torch.ones(4, 2)).sum().item_double());
            NativeLibraries.loadNccl();
            System.out.println("NCCL answered " + nccl.ncclGetUniqueId(new ncclUniqueId()));
            NativeLibraries.loadCuda();
            System.out.println("all is loaded");
        } catch (IllegalStateException e) {
            System.out.println(e.getMessage());
        }
    }
}

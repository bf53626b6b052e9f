package io.sparkmics.bootstrap.machine;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The libraries of NVIDIA that the GPU natives link, none of which is in a jar: they come with the machine or its image. In
 * the order in which they load, each behind those that it needs itself.
 */
public enum CudaLibrary {
    DRIVER("CUDA driver", "cuda@.1", ""),
    RUNTIME("CUDA runtime", "cudart@.13", "nvidia-cuda-runtime==13.*"),
    NCCL("NCCL", "nccl@.2", "nvidia-nccl-cu13==2.*"),
    CUPTI("CUPTI", "cupti@.13", "nvidia-cuda-cupti==13.*"),
    /** NVRTC opens it when it first compiles, by a name with its own minor version: see {@link NvrtcBuiltins}. */
    NVRTC_BUILTINS("NVRTC builtins", "nvrtc-builtins@.13.*", "nvidia-cuda-nvrtc==13.*"),
    NVRTC("NVRTC", "nvrtc@.13", "nvidia-cuda-nvrtc==13.*"),
    NVJITLINK("nvJitLink", "nvJitLink@.13", "nvidia-nvjitlink==13.*"),
    CUBLAS_LT("cuBLASLt", "cublasLt@.13", "nvidia-cublas==13.*"),
    CUBLAS("cuBLAS", "cublas@.13", "nvidia-cublas==13.*"),
    CUFFT("cuFFT", "cufft@.12", "nvidia-cufft==12.*"),
    CURAND("cuRAND", "curand@.10", "nvidia-curand==10.*"),
    CUSPARSE("cuSPARSE", "cusparse@.12", "nvidia-cusparse==12.*"),
    CUSOLVER("cuSOLVER", "cusolver@.12", "nvidia-cusolver==12.*", "cusolverMg@.12"),
    CUFILE("cuFile", "cufile@.0", "nvidia-cufile==1.*"),
    CUDNN(
            "cuDNN",
            "cudnn@.9",
            "nvidia-cudnn-cu13==9.*",
            "cudnn_graph@.9",
            "cudnn_ops@.9",
            "cudnn_adv@.9",
            "cudnn_cnn@.9");

    private final String title;
    private final String loaderName;
    private final String pythonPackage;
    private final List<String> parts;

    CudaLibrary(String title, String loaderName, String pythonPackage, String... parts) {
        this.title = title;
        this.loaderName = loaderName;
        this.pythonPackage = pythonPackage;
        this.parts = List.of(parts);
    }

    /** What NVIDIA calls it. */
    public String title() {
        return title;
    }

    /** The name that those who link it ask the dynamic loader for. */
    public String fileName() {
        return fileName(loaderName);
    }

    /** The name that JavaCPP knows it by, where this file is it. */
    String loaderName(Path file) {
        return this == NVRTC_BUILTINS ? NvrtcBuiltins.loaderName(file) : loaderName;
    }

    /** JavaCPP's names of more files in the same folder that are linked by themselves, in the order in which they load. */
    List<String> parts() {
        return parts;
    }

    /** {@code cublas@.13} is {@code libcublas.so.13} on the disk. */
    static String fileName(String loaderName) {
        return "lib" + loaderName.replace("@", ".so");
    }

    /** The Python package that brings it, as pip takes it; empty for the driver's, which only the driver brings. */
    public String pythonPackage() {
        return pythonPackage;
    }

    static List<CudaLibrary> ofTheToolkit() {
        return Arrays.stream(values()).filter(library -> library != DRIVER).toList();
    }
}

package io.sparkmics.bootstrap;

import java.util.Arrays;
import java.util.List;

/**
 * The libraries of NVIDIA that the GPU natives link, none of which is in a jar: they come with the machine or its image. In
 * the order in which they load, each behind those that it needs itself.
 */
public enum CudaLibrary {
    DRIVER("CUDA driver", "libcuda.so.1", "cuda@.1", ""),
    RUNTIME("CUDA runtime", "libcudart.so.13", "cudart@.13", "nvidia-cuda-runtime==13.*"),
    NCCL("NCCL", "libnccl.so.2", "nccl@.2", "nvidia-nccl-cu13==2.*"),
    CUPTI("CUPTI", "libcupti.so.13", "cupti@.13", "nvidia-cuda-cupti==13.*"),
    NVRTC("NVRTC", "libnvrtc.so.13", "nvrtc@.13", "nvidia-cuda-nvrtc==13.*"),
    NVJITLINK("nvJitLink", "libnvJitLink.so.13", "nvJitLink@.13", "nvidia-nvjitlink==13.*"),
    CUBLAS_LT("cuBLASLt", "libcublasLt.so.13", "cublasLt@.13", "nvidia-cublas==13.*"),
    CUBLAS("cuBLAS", "libcublas.so.13", "cublas@.13", "nvidia-cublas==13.*"),
    CUFFT("cuFFT", "libcufft.so.12", "cufft@.12", "nvidia-cufft==12.*"),
    CURAND("cuRAND", "libcurand.so.10", "curand@.10", "nvidia-curand==10.*"),
    CUSPARSE("cuSPARSE", "libcusparse.so.12", "cusparse@.12", "nvidia-cusparse==12.*"),
    CUSOLVER("cuSOLVER", "libcusolver.so.12", "cusolver@.12", "nvidia-cusolver==12.*"),
    CUFILE("cuFile", "libcufile.so.0", "cufile@.0", "nvidia-cufile==1.*"),
    CUDNN("cuDNN", "libcudnn.so.9", "cudnn@.9", "nvidia-cudnn-cu13==9.*");

    private final String title;
    private final String fileName;
    private final String loaderName;
    private final String pythonPackage;

    CudaLibrary(String title, String fileName, String loaderName, String pythonPackage) {
        this.title = title;
        this.fileName = fileName;
        this.loaderName = loaderName;
        this.pythonPackage = pythonPackage;
    }

    /** What NVIDIA calls it. */
    public String title() {
        return title;
    }

    /** The name that those who link it ask the dynamic loader for. */
    public String fileName() {
        return fileName;
    }

    /** The name that JavaCPP knows it by. */
    String loaderName() {
        return loaderName;
    }

    /** The Python package that brings it, as pip takes it; empty for the driver's, which only the driver brings. */
    public String pythonPackage() {
        return pythonPackage;
    }

    static List<CudaLibrary> ofTheToolkit() {
        return Arrays.stream(values()).filter(library -> library != DRIVER).toList();
    }
}

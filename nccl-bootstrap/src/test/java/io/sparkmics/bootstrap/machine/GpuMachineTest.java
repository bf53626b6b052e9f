package io.sparkmics.bootstrap.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.machine.Gpu.ComputeCapability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GpuMachineTest {

    private static final TorchJars GPU_JAR = new TorchJars(List.of(), List.of("/jars/all-gpu.jar"));
    private static final Gpu H100 = gpu(0, "NVIDIA H100 80GB HBM3", 9, 0);

    @TempDir
    Path folder;

    private final Map<CudaLibrary, Path> libraries = new EnumMap<>(CudaLibrary.class);

    @BeforeEach
    void install() throws IOException {
        for (CudaLibrary library : CudaLibrary.values()) {
            install(library, "9999.1");
        }
        install(CudaLibrary.DRIVER, "580.95.05");
        install(CudaLibrary.RUNTIME, "13.1.80");
        install(CudaLibrary.CUBLAS, "13.2.0.9");
        install(CudaLibrary.CUDNN, "9.17.0");
        install(CudaLibrary.NCCL, "2.29.3");
    }

    @Test
    void aMachineWithEverythingHasNoProblemAndSaysItsVersions() {
        GpuMachine machine = machine(H100);

        assertThat(machine.problems()).isEmpty();
        assertThat(machine.describe())
                .isEqualTo("driver 580.95.05, CUDA runtime 13.1.80, cuBLAS 13.2.0.9, cuDNN 9.17.0, NCCL 2.29.3, GPU 0"
                        + " NVIDIA H100 80GB HBM3 (79.6 GiB, compute capability 9.0)");
    }

    @Test
    void aDriverThatIsTooOldIsNamed() throws IOException {
        install(CudaLibrary.DRIVER, "570.172.08");

        assertThat(machine(H100).problems())
                .containsExactly(
                        "Cannot run CUDA 13.1 with the driver 570.172.08: it needs 580 or newer. Update the driver,"
                                + " or on a data-centre GPU install NVIDIA's package cuda-compat-13-1 and name its folder in"
                                + " LD_LIBRARY_PATH.");
    }

    @Test
    void theLibraryOfACompatibilityPackageCountsNotTheKernelsModule() {
        NvidiaSmi older = new NvidiaSmi(List.of(H100), Optional.of("550.54.15"), Optional.empty());

        assertThat(machine(older, GPU_JAR).problems()).isEmpty();
        libraries.remove(CudaLibrary.DRIVER);
        assertThat(machine(older, GPU_JAR).problems())
                .hasSize(2)
                .anySatisfy(problem -> assertThat(problem).contains("with the driver 550.54.15"))
                .anySatisfy(problem -> assertThat(problem).startsWith("Cannot find libcuda.so.1"));
    }

    @Test
    void everyGpuThatLibtorchHasNoMachineCodeForIsNamed() {
        assertThat(machine(gpu(0, "Tesla V100", 7, 0), gpu(1, "NVIDIA L40S", 8, 9), gpu(2, "NVIDIA Thor", 11, 0))
                        .problems())
                .hasSize(2)
                .anySatisfy(problem -> assertThat(problem)
                        .startsWith(
                                "Cannot compute on GPU 0 Tesla V100 (79.6 GiB, compute capability 7.0): libtorch has"
                                        + " machine code for the compute capabilities 7.5, 8.0, 9.0, 10.0, 12.0 and the later minor"
                                        + " versions of each. Take a GPU of one of them"))
                .anySatisfy(problem -> assertThat(problem).contains("GPU 2 NVIDIA Thor"));
    }

    @Test
    void allThatIsMissingIsSaidAtOnceAndHowToHaveIt() {
        libraries.remove(CudaLibrary.CUBLAS);
        libraries.remove(CudaLibrary.CUBLAS_LT);
        libraries.remove(CudaLibrary.CUDNN);

        assertThat(machine(H100).problems())
                .containsExactly("Cannot find cuBLASLt (libcublasLt.so.13), cuBLAS (libcublas.so.13), cuDNN"
                        + " (libcudnn.so.9). Run pip install 'nvidia-cublas==13.*' 'nvidia-cudnn-cu13==9.*' and set"
                        + " SPARK_MICS_CUDA_PATH to that Python environment; or install CUDA 13.1, cuDNN 9 and NCCL 2.28 or"
                        + " newer from NVIDIA's packages.");
    }

    @Test
    void whatNoLibraryLinksAndCompilingNeedsIsNamedToo() {
        libraries.remove(CudaLibrary.NVRTC_BUILTINS);

        assertThat(machine(H100).problems())
                .singleElement()
                .asString()
                .startsWith("Cannot find NVRTC builtins (libnvrtc-builtins.so.13.*). Run pip install"
                        + " 'nvidia-cuda-nvrtc==13.*' and set");
    }

    @Test
    void anNcclThatIsTooOldIsNamedWithItsFile() throws IOException {
        install(CudaLibrary.NCCL, "2.27.7");

        assertThat(machine(H100).problems())
                .singleElement()
                .asString()
                .startsWith("Cannot use NCCL 2.27.7 of " + folder.resolve("libnccl.so.2.27.7")
                        + ": libtorch calls functions that came with 2.28. Run pip install");
    }

    @Test
    void theJarForTheCpuIsNamed() {
        TorchJars cpu = new TorchJars(List.of("/jars/all.jar"), List.of());

        assertThat(machine(new NvidiaSmi(List.of(H100), Optional.of("580.1"), Optional.empty()), cpu)
                        .problems())
                .containsExactly(
                        "Cannot compute on GPUs with the natives of /jars/all.jar: they are those for the CPU. Hand"
                                + " the -all-gpu jar to Spark instead.");
    }

    @Test
    void gpusOfSeveralModelsMustBeNumberedAsTheDriverDoes() {
        NvidiaSmi mixed =
                new NvidiaSmi(List.of(gpu(0, "NVIDIA L4", 8, 9), H100), Optional.of("580.95.05"), Optional.empty());

        assertThat(GpuMachine.of(
                                mixed,
                                libraries,
                                Optional.of("wrong folder."),
                                GPU_JAR,
                                Optional.empty(),
                                Optional.empty(),
                                Optional.empty())
                        .problems())
                .as("a wrong folder is no problem where nothing is missing")
                .singleElement()
                .satisfies(problem -> assertThat(problem)
                        .contains("several models")
                        .endsWith("Set the environment variable CUDA_DEVICE_ORDER to PCI_BUS_ID for the executors."));
        assertThat(machine(mixed, GPU_JAR).problems()).isEmpty();
    }

    @Test
    void everyReasonIsThere() {
        libraries.clear();
        GpuMachine machine = GpuMachine.of(
                new NvidiaSmi(List.of(), Optional.empty(), Optional.of("no GPU.")),
                libraries,
                Optional.of("wrong folder."),
                new TorchJars(List.of(), List.of()),
                Optional.of("old glibc."),
                Optional.of("an address."),
                Optional.empty());

        assertThat(machine.problems())
                .hasSize(6)
                .contains("wrong folder.", "no GPU.", "old glibc.", "an address.")
                .anySatisfy(problem -> assertThat(problem).startsWith("Cannot load libtorch"))
                .anySatisfy(problem -> assertThat(problem).startsWith("Cannot find CUDA runtime"));
        assertThat(machine.describe())
                .isEqualTo("driver none, CUDA runtime none, cuBLAS none, cuDNN none, NCCL none, no GPU");
    }

    @Test
    void versionsAreComparedNumberByNumber() {
        assertThat(CudaRequirements.atLeast("2.28.9", "2.28")).isTrue();
        assertThat(CudaRequirements.atLeast("2.9", "2.28")).isFalse();
        assertThat(CudaRequirements.atLeast("3", "2.28")).isTrue();
    }

    private GpuMachine machine(Gpu... gpus) {
        return machine(new NvidiaSmi(List.of(gpus), Optional.of("580.95.05"), Optional.empty()), GPU_JAR);
    }

    private GpuMachine machine(NvidiaSmi smi, TorchJars jars) {
        return GpuMachine.of(
                smi, libraries, Optional.empty(), jars, Optional.empty(), Optional.empty(), Optional.of("PCI_BUS_ID"));
    }

    private void install(CudaLibrary library, String version) throws IOException {
        String name = library.fileName();
        Path file = folder.resolve(name.substring(0, name.indexOf(".so") + 4) + version);
        if (Files.notExists(file)) {
            Files.createFile(file);
        }
        libraries.put(library, file);
    }

    private static Gpu gpu(int index, String name, int major, int minor) {
        return new Gpu(index, "GPU-" + index, name, 81559L << 20, new ComputeCapability(major, minor));
    }
}

package io.sparkmics.bootstrap.machine;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What this machine has of that which ranks on GPUs need. Asking loads no native code.
 *
 * @param gpus by index; empty where there are none, or the driver does not answer
 * @param driver the version of NVIDIA's driver
 * @param libraries the files that would be loaded; what is missing is absent
 * @param others what is wrong beside drivers, GPUs and libraries: each a sentence
 */
public record GpuMachine(
        List<Gpu> gpus, Optional<String> driver, Map<CudaLibrary, Path> libraries, List<String> others) {

    private static final String DEVICE_ORDER = "CUDA_DEVICE_ORDER";
    private static final String BUS_ORDER = "PCI_BUS_ID";

    public GpuMachine {
        gpus = List.copyOf(gpus);
        libraries = Map.copyOf(libraries);
        others = List.copyOf(others);
    }

    /** Looks at this machine, as this process sees it. Takes a second or two, and no longer than half a minute. */
    public static GpuMachine here() {
        return of(
                NvidiaSmi.ask("nvidia-smi", NvidiaSmi.DEADLINE),
                libraries(LibrarySearch.here()),
                LibrarySearch.problem(),
                TorchJars.here(),
                Platform.problem(),
                NcclAddress.problem(),
                Optional.ofNullable(System.getenv(DEVICE_ORDER)));
    }

    static GpuMachine of(
            NvidiaSmi smi,
            Map<CudaLibrary, Path> libraries,
            Optional<String> search,
            TorchJars jars,
            Optional<String> platform,
            Optional<String> address,
            Optional<String> deviceOrder) {
        List<String> others = new ArrayList<>();
        platform.ifPresent(others::add);
        jars.problem().ifPresent(others::add);
        if (jars.problem().isEmpty() && !jars.hasCuda()) {
            others.add("Cannot compute on GPUs with the natives of " + String.join(", ", jars.cpu())
                    + ": they are those for the CPU. Hand the -all-gpu jar to Spark instead.");
        }
        address.ifPresent(others::add);
        if (!libraries.keySet().containsAll(CudaLibrary.ofTheToolkit())) {
            search.ifPresent(others::add);
        }
        smi.problem().ifPresent(others::add);
        boolean alike = smi.gpus().stream().map(Gpu::name).distinct().count() < 2;
        if (!alike && !deviceOrder.equals(Optional.of(BUS_ORDER))) {
            others.add("Cannot tell the GPUs of this machine apart: they are of several models, and CUDA numbers the"
                    + " fastest first where the driver numbers them by bus. Set the environment variable "
                    + DEVICE_ORDER + " to " + BUS_ORDER + " for the executors.");
        }
        return new GpuMachine(smi.gpus(), smi.driver(), libraries, others);
    }

    /** Those of its GPUs that CUDA shows to this process. */
    public VisibleGpus visible() {
        return VisibleGpus.of(gpus);
    }

    /** Whether the jar of this process has the libraries for GPUs. Quicker to know than the rest. */
    public static boolean hasLibraries() {
        return TorchJars.here().hasCuda();
    }

    static Map<CudaLibrary, Path> libraries(LibrarySearch search) {
        Map<CudaLibrary, Path> found = new EnumMap<>(CudaLibrary.class);
        for (CudaLibrary library : CudaLibrary.values()) {
            search.find(library).ifPresent(file -> found.put(library, file));
        }
        return found;
    }

    /** Every reason why ranks cannot compute on the GPUs of this machine, each with its remedy; empty where they can. */
    public List<String> problems() {
        List<String> problems = new ArrayList<>(others);
        driverVersion()
                .filter(version -> !CudaRequirements.atLeast(version, "" + CudaRequirements.DRIVER))
                .ifPresent(version -> problems.add("Cannot run CUDA " + CudaRequirements.CUDA + " with the driver "
                        + version + ": it needs " + CudaRequirements.DRIVER
                        + " or newer. Update the driver, or on a data-centre GPU install NVIDIA's package"
                        + " cuda-compat-13-1 and name its folder in LD_LIBRARY_PATH."));
        for (Gpu gpu : gpus) {
            if (!CudaRequirements.runsOn(gpu.computeCapability())) {
                problems.add("Cannot compute on " + gpu + ": libtorch has machine code for the compute capabilities "
                        + CudaRequirements.compiled()
                        + " and the later minor versions of each. Take a GPU of one of them: T4, A100, A10, L4, L40S,"
                        + " H100, H200, B200.");
            }
        }
        libraryProblems(problems);
        return problems;
    }

    private void libraryProblems(List<String> problems) {
        if (!gpus.isEmpty() && !libraries.containsKey(CudaLibrary.DRIVER)) {
            problems.add("Cannot find " + CudaLibrary.DRIVER.fileName()
                    + ", which comes with NVIDIA's driver. Start containers with the NVIDIA container toolkit.");
        }
        missing(CudaLibrary.ofTheToolkit(), libraries).ifPresent(problems::add);
        version(CudaLibrary.NCCL)
                .filter(version -> !CudaRequirements.atLeast(version, CudaRequirements.NCCL))
                .ifPresent(version -> problems.add("Cannot use NCCL " + version + " of "
                        + libraries.get(CudaLibrary.NCCL) + ": libtorch calls functions that came with "
                        + CudaRequirements.NCCL + ". Run pip install '" + CudaLibrary.NCCL.pythonPackage()
                        + "' and set "
                        + Setting.CUDA_PATH.variable() + " to that Python environment."));
    }

    /** What to install where some of the {@code needed} libraries were not {@code found}; empty where all were. */
    static Optional<String> missing(List<CudaLibrary> needed, Map<CudaLibrary, Path> found) {
        List<CudaLibrary> missing =
                needed.stream().filter(library -> !found.containsKey(library)).toList();
        if (missing.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of("Cannot find "
                + missing.stream()
                        .map(library -> library.title() + " (" + library.fileName() + ")")
                        .collect(Collectors.joining(", "))
                + ". Run pip install "
                + missing.stream()
                        .map(CudaLibrary::pythonPackage)
                        .distinct()
                        .map(name -> "'" + name + "'")
                        .collect(Collectors.joining(" "))
                + " and set " + Setting.CUDA_PATH.variable()
                + " to that Python environment; or install CUDA " + CudaRequirements.CUDA + ", cuDNN 9 and NCCL "
                + CudaRequirements.NCCL + " or newer from NVIDIA's packages.");
    }

    /** The version of a library that was found, where its file or its package says it. */
    public Optional<String> version(CudaLibrary library) {
        return Optional.ofNullable(libraries.get(library)).flatMap(LibraryVersion::of);
    }

    /** The versions in use, in one line. */
    public String describe() {
        return "driver " + driverVersion().orElse("none") + ", "
                + List.of(CudaLibrary.RUNTIME, CudaLibrary.CUBLAS, CudaLibrary.CUDNN, CudaLibrary.NCCL).stream()
                        .map(library -> library.title() + " " + found(library))
                        .collect(Collectors.joining(", "))
                + ", "
                + (gpus.isEmpty() ? "no GPU" : gpus.stream().map(Gpu::toString).collect(Collectors.joining(", ")));
    }

    /** A package for forward compatibility brings a newer library than the driver that {@code nvidia-smi} knows. */
    private Optional<String> driverVersion() {
        return version(CudaLibrary.DRIVER).or(() -> driver);
    }

    private String found(CudaLibrary library) {
        return libraries.containsKey(library) ? version(library).orElse("of unknown version") : "none";
    }

    /** Prints the report on this machine; ends with 1 where ranks cannot compute on its GPUs. */
    public static void main(String[] arguments) {
        GpuMachine machine = here();
        System.out.println(machine.describe());
        for (CudaLibrary library : CudaLibrary.values()) {
            System.out.println(library.title() + ": "
                    + Optional.ofNullable(machine.libraries().get(library))
                            .map(file -> file + " (" + machine.found(library) + ")")
                            .orElse("not found"));
        }
        machine.problems().forEach(System.out::println);
        System.exit(machine.problems().isEmpty() ? 0 : 1);
    }
}

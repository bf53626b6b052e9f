package io.sparkmics.bootstrap.machine;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.nccl;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch_cuda;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the native libraries, of the build that is on the class path: for the CPU or for the GPU. Each method must come
 * before anything else that touches what it loads, returns at once when that is loaded, and is thread-safe.
 */
public final class NativeLibraries {

    private static final String EXTENSION = "org.bytedeco.javacpp.platform.extension";
    private static final String MAXIMUM_BYTES = "org.bytedeco.javacpp.maxPhysicalBytes";
    private static final String CACHE = "org.bytedeco.javacpp.cachedir";

    private static final Logger LOG = LoggerFactory.getLogger(NativeLibraries.class);

    private static boolean torchLoaded;
    private static String linkFailure;
    private static boolean ncclLoaded;
    private static boolean cudaLoaded;

    private NativeLibraries() {}

    /** Why {@link #load} would refuse here; empty where it would not. Loads nothing. */
    public static Optional<String> problem() {
        TorchJars jars = TorchJars.here();
        return problem(jars, linked(jars));
    }

    private static Optional<String> problem(TorchJars jars, Map<CudaLibrary, Path> found) {
        return Platform.problem().or(jars::problem).or(() -> jars.hasCuda() ? cpuPartProblem(found) : Optional.empty());
    }

    /** What there is of that which libtorch's build for GPUs links; that for the CPU links nothing of it. */
    private static Map<CudaLibrary, Path> linked(TorchJars jars) {
        return jars.hasCuda() ? GpuMachine.libraries(LibrarySearch.here()) : Map.of();
    }

    /** The CPU part of libtorch's build for GPUs links these two. */
    private static Optional<String> cpuPartProblem(Map<CudaLibrary, Path> found) {
        return GpuMachine.missing(List.of(CudaLibrary.RUNTIME, CudaLibrary.CUPTI), found)
                .map(problem ->
                        LibrarySearch.problem().map(wrong -> wrong + " ").orElse("") + problem
                                + " Where there are no GPUs, hand the -all jar to Spark instead: it needs none.");
    }

    /**
     * Loads libtorch and OpenBLAS, or MKL in its place: all that ranks on CPUs need.
     *
     * @throws IllegalStateException where {@link #problem()} knows why they cannot run: the platform, two builds of libtorch
     *     on the class path or none, or that for the GPU where the machine lacks what even its CPU part links; and where
     *     they cannot be extracted or loaded from the folder that they are extracted to, or another user can write to it
     */
    public static synchronized void load() {
        if (torchLoaded) {
            return;
        }
        refuse(Optional.ofNullable(linkFailure));
        TorchJars jars = TorchJars.here();
        Map<CudaLibrary, Path> found = linked(jars);
        refuse(problem(jars, found));
        configure(jars);
        Blas blas = Blas.choose(System.getProperty(Blas.PROPERTY), NativeLibraries.class.getClassLoader());
        if (blas == Blas.MKL) {
            setUnlessSet(Blas.PROPERTY, "mkl");
        }
        LOG.info("Matrices on the CPU are multiplied by {}.", blas.describe(Path.of("/proc/cpuinfo")));
        if (jars.hasCuda()) {
            CudaFiles.load(List.of(CudaLibrary.values()), found);
        }
        List<File> files = extract(jars);
        try {
            Loader.load(openblas_nolapack.class);
            // One by one: what a library links is then there already, and not looked for in LD_LIBRARY_PATH.
            for (File file : files) {
                // Ranks on CPUs do without libtorch's CUDA part, and need not have what it links.
                if (found.keySet().containsAll(CudaLibrary.ofTheToolkit())
                        || !file.getName().equals("libtorch_cuda.so")) {
                    System.load(file.getPath());
                }
            }
            Loader.load(torch.class);
        } catch (LinkageError e) {
            // A class that could not be initialised says why only once.
            linkFailure = "Cannot load the native libraries: " + reason(e) + ". " + cacheRemedy(jars);
            throw new IllegalStateException(linkFailure, e);
        }
        torchLoaded = true;
    }

    /**
     * Loads NCCL, and with it the CUDA runtime where the machine has NVIDIA's driver. Without a driver the functions of
     * NCCL that need none can be called, {@code ncclGetVersion} and {@code ncclGetUniqueId}; those of the CUDA runtime
     * cannot. libtorch is not loaded.
     *
     * @throws IllegalStateException where NCCL is not found or was told to meet at a known address, or where another user can
     *     write to the folder that its bridge is extracted to
     */
    public static synchronized void loadNccl() {
        if (ncclLoaded) {
            return;
        }
        refuse(Platform.problem());
        refuse(NcclAddress.problem());
        configure(TorchJars.here());
        Map<CudaLibrary, Path> found = GpuMachine.libraries(LibrarySearch.here());
        if (found.containsKey(CudaLibrary.DRIVER)) {
            List<CudaLibrary> needed = List.of(CudaLibrary.DRIVER, CudaLibrary.RUNTIME, CudaLibrary.NCCL);
            refuse(GpuMachine.missing(needed, found));
            CudaFiles.load(needed, found);
            Loader.load(cudart.class);
            Loader.load(nccl.class);
        } else {
            refuse(GpuMachine.missing(List.of(CudaLibrary.NCCL), found));
            CudaFiles.load(List.of(CudaLibrary.NCCL), found);
            DriverlessNccl.load();
        }
        ncclLoaded = true;
    }

    /**
     * Loads all that ranks on GPUs need: libtorch with its CUDA part, the CUDA runtime and NCCL.
     *
     * @throws IllegalStateException with everything that is missing here, one a line; or where {@link
     *     Setting#CUDNN_ATTENTION} is neither on nor off
     */
    public static synchronized void loadCuda() {
        if (cudaLoaded) {
            return;
        }
        List<String> problems = GpuMachine.here().problems();
        if (!problems.isEmpty()) {
            throw new IllegalStateException(String.join("\n", problems));
        }
        load();
        loadNccl();
        Loader.load(torch_cuda.class);
        CudnnAttention.apply(Setting.CUDNN_ATTENTION.value());
        cudaLoaded = true;
    }

    /**
     * The folder that native libraries are extracted to, for those too that others extract. Loads none.
     *
     * @throws IllegalStateException where it cannot be used, or another user can write to it
     */
    public static synchronized Path cache() {
        TorchJars jars = TorchJars.here();
        configure(jars);
        try {
            return Loader.getCacheDir().toPath();
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Cannot extract native libraries: " + e.getMessage() + ". " + cacheRemedy(jars), e);
        }
    }

    /** Before JavaCPP is asked for anything: what it has read once it reads never again. */
    private static void configure(TorchJars jars) {
        // JavaCPP's own limit, 4 x -Xmx for the whole process, would end an executor that holds big tensors.
        setUnlessSet(MAXIMUM_BYTES, "0");
        Setting.NATIVE_CACHE.value().ifPresent(folder -> useCache(folder, jars));
        if (jars.hasCuda()) {
            setUnlessSet(EXTENSION, "-gpu");
        }
        refuseForeign(jars);
    }

    /**
     * @param folder that native libraries are loaded from by others; there or not
     * @param remedy what to do otherwise, as the end of a sentence
     * @throws IllegalStateException where another user can write to it
     */
    public static void requireOwn(Path folder, String remedy) {
        try {
            refuse(NativeCache.problem(folder)
                    .map(reason -> "Cannot load native libraries from " + folder + ": " + reason
                            + ", and whoever writes there chooses what is run here. Make it this user's own, or "
                            + remedy
                            + "."));
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Cannot load native libraries from " + folder + ": " + e.getMessage()
                            + ". Make it this user's own, or " + remedy + ".",
                    e);
        }
    }

    /** All of them before the first is opened, which would find those of the system in place of what is still packed. */
    private static List<File> extract(TorchJars jars) {
        try {
            List<File> files = new ArrayList<>();
            for (String library : jars.libraries()) {
                files.add(Loader.cacheResource("/" + library));
            }
            return files;
        } catch (IOException e) {
            throw new IllegalStateException("Cannot extract libtorch: " + e.getMessage() + ". " + cacheRemedy(jars), e);
        }
    }

    /** JavaCPP would take another folder where it cannot use this one, and say nothing. */
    private static void useCache(String folder, TorchJars jars) {
        Path cache = Path.of(folder);
        try {
            NativeCache.create(cache);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Cannot extract libtorch to " + folder + ": " + e + ". " + cacheRemedy(jars), e);
        }
        if (!Files.isWritable(cache)) {
            throw new IllegalStateException(
                    "Cannot extract libtorch to " + folder + ": it cannot be written. " + cacheRemedy(jars));
        }
        setUnlessSet(CACHE, folder);
    }

    /** Before anything is loaded from there. */
    private static void refuseForeign(TorchJars jars) {
        try {
            Path cache = Loader.getCacheDir().toPath();
            refuse(NativeCache.problem(cache)
                    .map(reason -> "Cannot load native libraries from " + cache + ": " + reason
                            + ", and whoever writes there chooses what is run here. " + cacheRemedy(jars)));
        } catch (IOException e) {
            throw new IllegalStateException("Cannot extract libtorch: " + e.getMessage() + ". " + cacheRemedy(jars), e);
        }
    }

    /** The dynamic loader's words begin with the file's name, and Java puts it before them once more. */
    private static String reason(LinkageError error) {
        return CudaFiles.reason(error).replaceFirst("^(\\S+: )\\1", "$1");
    }

    private static String cacheRemedy(TorchJars jars) {
        return "Set " + Setting.NATIVE_CACHE + " to a folder on each host that this user alone can write, has "
                + jars.gigabytes() + " GB of space, and is on a file system that is not mounted noexec.";
    }

    private static void refuse(Optional<String> problem) {
        problem.ifPresent(reason -> {
            throw new IllegalStateException(reason);
        });
    }

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}

package io.sparkmics.bootstrap.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NativeLibrariesTest {

    /** Loads twice, in a process of its own: in this one they may be loaded already. */
    static final class TwoLoads {

        private TwoLoads() {}

        public static void main(String[] arguments) {
            for (int call = 1; call <= 2; call++) {
                try {
                    NativeLibraries.load();
                    System.out.println("loaded");
                } catch (IllegalStateException e) {
                    System.out.println(e.getMessage());
                }
            }
        }
    }

    /** NCCL before libtorch, as a transport that is made first asks for it; then how much JavaCPP would let the process have. */
    static final class NcclFirst {

        private NcclFirst() {}

        public static void main(String[] arguments) {
            try {
                NativeLibraries.loadNccl();
                System.out.println("loaded");
            } catch (IllegalStateException | UncheckedIOException | LinkageError e) {
                System.out.println("not loaded");
            }
            System.out.println(Pointer.maxPhysicalBytes() + " " + System.getProperty("org.bytedeco.javacpp.cachedir"));
        }
    }

    @Test
    void javaCppHasNoLimitAndOurFolderWhereNcclIsLoadedFirst(@TempDir Path folder) throws Exception {
        // Any library does: JavaCPP is asked for its classes before NCCL's bridge looks into it.
        try (InputStream library =
                NativeLibraries.class.getClassLoader().getResourceAsStream(TorchJars.CPU_FOLDER + "libgomp.so.1")) {
            assumeTrue(library != null, "the build for the GPU has it elsewhere");
            Files.copy(library, folder.resolve("libnccl.so.2"));
        }
        Path cache = folder.resolve("cache");

        String output = output(process(
                List.of(),
                Map.of(
                        Setting.CUDA_PATH.variable(),
                        folder.toString(),
                        Setting.NATIVE_CACHE.variable(),
                        cache.toString()),
                NcclFirst.class,
                classPath()));

        assertThat(output.lines()).last().asString().isEqualTo("0 " + cache);
    }

    @Test
    void librariesOfTheSameNamesInTheSearchPathAreNotOurs(@TempDir Path folder) throws Exception {
        assumeFalse(TorchJars.here().hasCuda(), "the build for the GPU needs libraries of NVIDIA");
        // Real libraries, which have nothing of what ours have: as if of another version.
        for (String library : TorchJars.here().libraries()) {
            try (InputStream other =
                    NativeLibraries.class.getClassLoader().getResourceAsStream(TorchJars.CPU_FOLDER + "libgomp.so.1")) {
                Files.copy(other, folder.resolve(Path.of(library).getFileName()));
            }
        }

        Process process = twoLoads(
                Map.of("LD_LIBRARY_PATH", folder.toString()),
                classPath(),
                "-Dorg.bytedeco.javacpp.cachedir=" + folder.resolve("cache"));

        assertThat(output(process).lines()).containsExactly("loaded", "loaded");
    }

    @Test
    void everyFailedLoadSaysWhy() throws Exception {
        String output = output(twoLoads(Map.of(), classPath(), "-Dos.arch=aarch64"));
        assertThat(output.lines())
                .hasSize(2)
                .containsOnly(
                        "Cannot run the native libraries on Linux aarch64: they are built for Linux on x86-64 only."
                                + " Use such hosts for the driver and the executors.");
    }

    @Test
    void theBuildForTheGpuSaysWhatItLacksOnAMachineForCpus(@TempDir Path folder) throws Exception {
        assumeTrue(LibrarySearch.here().find(CudaLibrary.RUNTIME).isEmpty(), "the machine has it");
        Path library = folder.resolve(TorchJars.GPU_FOLDER + "libtorch_cpu.so");
        Files.createDirectories(library.getParent());
        Files.createFile(library);
        String others = Stream.of(classPath().split(File.pathSeparator))
                .filter(entry -> !entry.matches(".*/pytorch-[^/]*linux-x86_64[^/]*\\.jar"))
                .collect(Collectors.joining(File.pathSeparator));

        String output =
                output(twoLoads(Map.of(Setting.CUDA_PATH.variable(), "/absent"), folder + File.pathSeparator + others));

        assertThat(output.lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line)
                        .startsWith("Cannot look for libraries in /absent: ")
                        .contains("Cannot find CUDA runtime (libcudart.so.13), CUPTI (libcupti.so.13). Run pip install")
                        .endsWith("Where there are no GPUs, hand the -all jar to Spark instead: it needs none."));
    }

    @Test
    void twoBuildsAreRefused(@TempDir Path folder) throws Exception {
        String other = TorchJars.here().hasCuda() ? TorchJars.CPU_FOLDER : TorchJars.GPU_FOLDER;
        Path library = folder.resolve(other + "libtorch_cpu.so");
        Files.createDirectories(library.getParent());
        Files.createFile(library);

        String output = output(twoLoads(Map.of(), folder + File.pathSeparator + classPath()));

        assertThat(output.lines())
                .hasSize(2)
                .allSatisfy(line ->
                        assertThat(line).startsWith("Cannot load libtorch: the class path has two builds of it, "));
    }

    /** In a mount namespace of its own, of which nothing is left when the process ends. */
    @ParameterizedTest
    @CsvSource({
        "'noexec,size=1g', 'Cannot load the native libraries: FOLDER/\\S+\\.so: failed to map segment from shared object'",
        "size=20m, Cannot extract libtorch: No space left on device"
    })
    void aFolderThatCannotHoldThemIsSaidWithTheRemedy(String mount, String problem, @TempDir Path folder)
            throws Exception {
        List<String> mounting = List.of(
                "unshare",
                "--map-root-user",
                "--mount",
                "sh",
                "-c",
                "mount -t tmpfs -o " + mount + " tmpfs " + folder + " && exec \"$@\"",
                "sh");
        assumeTrue(succeeds(mounting, "true"), "this user may not mount a file system");

        String output =
                output(twoLoads(mounting, Map.of(Setting.NATIVE_CACHE.variable(), folder + "/cache"), classPath()));

        assertThat(output.lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line)
                        .matches(problem.replace("FOLDER", folder + "/cache")
                                + "\\. Set spark\\.mics\\.native\\.cache or"
                                + " SPARK_MICS_NATIVE_CACHE to a folder on each host that this user alone can write, has [12] GB of space,"
                                + " and is on a file system that is not mounted noexec\\."));
    }

    @Test
    void aFolderThatIsNoneIsNotReplacedByAnother(@TempDir Path folder) throws Exception {
        assumeFalse(TorchJars.here().hasCuda(), "the build for the GPU needs libraries of NVIDIA");
        Path file = Files.createFile(folder.resolve("file"));

        String output = output(twoLoads(Map.of(Setting.NATIVE_CACHE.variable(), file.toString()), classPath()));

        assertThat(output.lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).startsWith("Cannot extract libtorch to " + file + ": "));
    }

    @Test
    void nothingIsLoadedFromAFolderThatOthersCanWrite(@TempDir Path folder) throws Exception {
        assumeFalse(TorchJars.here().hasCuda(), "the build for the GPU needs libraries of NVIDIA");
        Path cache = Files.createDirectory(folder.resolve("cache"));
        Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString("rwxrwxrwx"));

        String output = output(twoLoads(Map.of(Setting.NATIVE_CACHE.variable(), cache.toString()), classPath()));

        assertThat(output.lines())
                .hasSize(2)
                .allSatisfy(line -> assertThat(line)
                        .startsWith("Cannot load native libraries from " + cache + ": " + cache
                                + " can be written by every user, and whoever writes there chooses what is run here."
                                + " Set spark.mics.native.cache or SPARK_MICS_NATIVE_CACHE to a folder on each host that"
                                + " this user alone can write, has "));
        assertThat(cache).isEmptyDirectory();
    }

    private static boolean succeeds(List<String> prefix, String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(Stream.concat(prefix.stream(), Stream.of(command))
                                    .toList())
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    private static Process twoLoads(Map<String, String> environment, String classPath, String... options)
            throws IOException {
        return twoLoads(List.of(), environment, classPath, options);
    }

    private static Process twoLoads(
            List<String> prefix, Map<String, String> environment, String classPath, String... options)
            throws IOException {
        return process(prefix, environment, TwoLoads.class, classPath, options);
    }

    private static Process process(
            List<String> prefix, Map<String, String> environment, Class<?> main, String classPath, String... options)
            throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx256m");
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", classPath, main.getName()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static String output(Process process) throws IOException, InterruptedException {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return output;
    }
}

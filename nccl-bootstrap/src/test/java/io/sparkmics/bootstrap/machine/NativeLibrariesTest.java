package io.sparkmics.bootstrap.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
                "-Dorg.bytedeco.javacpp.cachedir=" + folder.resolve("cache"));

        assertThat(output(process).lines()).containsExactly("loaded", "loaded");
    }

    @Test
    void everyFailedLoadSaysWhy() throws Exception {
        String output = output(twoLoads(Map.of(), "-Dos.arch=aarch64"));
        assertThat(output.lines())
                .hasSize(2)
                .containsOnly(
                        "Cannot run the native libraries on Linux aarch64: they are built for Linux on x86-64 only."
                                + " Use such hosts for the driver and the executors.");
    }

    private static Process twoLoads(Map<String, String> environment, String option) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        option,
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        TwoLoads.class.getName())
                .redirectErrorStream(true);
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static String output(Process process) throws IOException, InterruptedException {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return output;
    }
}

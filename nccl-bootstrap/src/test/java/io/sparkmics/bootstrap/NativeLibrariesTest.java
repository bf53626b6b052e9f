package io.sparkmics.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

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
    void everyFailedLoadSaysWhy() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-Dos.arch=aarch64",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        TwoLoads.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(output.lines())
                .hasSize(2)
                .containsOnly(
                        "Cannot run the native libraries on Linux aarch64: they are built for Linux on x86-64 only."
                                + " Use such hosts for the driver and the executors.");
    }
}

package io.sparkmics.bootstrap.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchJarsTest {

    @TempDir
    Path folder;

    @Test
    void oneBuildIsRight() throws IOException {
        TorchJars cpu = on(jar("cpu.jar", TorchJars.CPU_FOLDER));
        TorchJars gpu = on(jar("gpu.jar", TorchJars.GPU_FOLDER));

        assertThat(cpu.problem()).isEmpty();
        assertThat(cpu.hasCuda()).isFalse();
        assertThat(gpu.problem()).isEmpty();
        assertThat(gpu.hasCuda()).isTrue();
    }

    @Test
    void twoBuildsAreNamed() throws IOException {
        assertThat(on(jar("cpu.jar", TorchJars.CPU_FOLDER), jar("gpu.jar", TorchJars.GPU_FOLDER))
                        .problem())
                .hasValue("Cannot load libtorch: the class path has two builds of it, one for the CPU in "
                        + folder.resolve("cpu.jar") + " and one for the GPU in " + folder.resolve("gpu.jar")
                        + ", and the parts of one do not fit the other. Keep one of them.");
    }

    @Test
    void theClassPathOfThisBuildHasOne() {
        assertThat(TorchJars.here().problem()).isEmpty();
        assertThat(TorchJars.here().libraries())
                .allSatisfy(library -> assertThat(getClass().getClassLoader().getResource(library))
                        .as(library)
                        .isNotNull());
    }

    @Test
    void noneIsSaid() throws IOException {
        assertThat(on().problem().orElseThrow()).startsWith("Cannot load libtorch: no jar on the class path has it.");
    }

    @Test
    void allThatOpenEachOtherAreExtractedFirst() throws IOException {
        assertThat(on(jar("gpu.jar", TorchJars.GPU_FOLDER)).libraries())
                .contains(TorchJars.GPU_FOLDER + "libtorch_cpu.so", TorchJars.GPU_FOLDER + "libtorch_cuda.so");
        assertThat(on(jar("cpu.jar", TorchJars.CPU_FOLDER)).libraries())
                .endsWith(TorchJars.CPU_FOLDER + "libtorch_cpu.so");
    }

    private static TorchJars on(URL... jars) throws IOException {
        try (URLClassLoader loader = new URLClassLoader(jars, null)) {
            return TorchJars.in(loader);
        }
    }

    private URL jar(String name, String inside) throws IOException {
        Path jar = folder.resolve(name);
        try (JarOutputStream entries = new JarOutputStream(Files.newOutputStream(jar))) {
            entries.putNextEntry(new JarEntry(inside + "libtorch_cpu.so"));
        }
        return jar.toUri().toURL();
    }
}

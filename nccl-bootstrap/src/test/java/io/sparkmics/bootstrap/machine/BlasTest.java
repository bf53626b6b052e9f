package io.sparkmics.bootstrap.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlasTest {

    @Test
    void mklComputesWhereItIsOnTheClassPath(@TempDir Path folder) throws IOException {
        Path library = folder.resolve("org/bytedeco/mkl/linux-x86_64/libmkl_rt.so.2");
        Files.createDirectories(library.getParent());
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()}, null)) {
            assertThat(Blas.choose(null, loader)).isEqualTo(Blas.OPENBLAS);
            Files.createFile(library);
            assertThat(Blas.choose(null, loader)).isEqualTo(Blas.MKL).hasToString("MKL");
        }
    }

    @Test
    void onAnIntelProcessorTheLogSaysThatMklIsFaster(@TempDir Path folder) throws IOException {
        Path intel = Files.writeString(folder.resolve("intel"), "processor\t: 0\nvendor_id\t: GenuineIntel\n");
        Path amd = Files.writeString(folder.resolve("amd"), "processor\t: 0\nvendor_id\t: AuthenticAMD\n");

        assertThat(Blas.OPENBLAS.describe(intel))
                .startsWith("OpenBLAS. On Intel's")
                .contains("org.bytedeco:mkl");
        assertThat(Blas.MKL.describe(intel)).isEqualTo("MKL");
        assertThat(Blas.OPENBLAS.describe(amd)).isEqualTo("OpenBLAS");
        assertThat(Blas.OPENBLAS.describe(folder.resolve("nothing"))).isEqualTo("OpenBLAS");
    }

    @Test
    void whoSaysWhichOneIsListenedTo(@TempDir Path folder) throws IOException {
        try (URLClassLoader nothing = new URLClassLoader(new URL[0], null)) {
            assertThat(Blas.choose("mkl", nothing)).isEqualTo(Blas.MKL);
        }
        Path library = folder.resolve("org/bytedeco/mkl/linux-x86_64/libmkl_rt.so.2");
        Files.createDirectories(library.getParent());
        Files.createFile(library);
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()}, null)) {
            assertThat(Blas.choose("", loader)).isEqualTo(Blas.OPENBLAS).hasToString("OpenBLAS");
        }
    }
}

package io.sparkmics.bootstrap.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The executors of one host begin at the same moment, and none of them has extracted anything yet. */
class ColdNativeCacheTest {

    private static final int EXECUTORS = 4;

    /** Loads, and says which files of libtorch the process has mapped. */
    static final class Load {

        private Load() {}

        public static void main(String[] arguments) throws IOException {
            NativeLibraries.load();
            TreeSet<String> mapped = new TreeSet<>();
            for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
                if (line.matches(".*/lib(c10|torch)[^/]*\\.so.*")) {
                    mapped.add(line.substring(line.indexOf('/')));
                }
            }
            mapped.forEach(System.out::println);
        }
    }

    @BeforeAll
    static void onTheCpu() {
        assumeFalse(TorchJars.here().hasCuda(), "the build for the GPU needs libraries of NVIDIA");
    }

    @Test
    void allExecutorsOfAHostLoadOurs(@TempDir Path folder) throws Exception {
        assertAllLoadOurs(folder, 1);
    }

    @Test
    @Tag("faults")
    void allExecutorsOfAHostLoadOursTenTimes(@TempDir Path folder) throws Exception {
        assertAllLoadOurs(folder, 10);
    }

    private static void assertAllLoadOurs(Path folder, int rounds) throws Exception {
        Path foreign = Files.createDirectory(folder.resolve("foreign"));
        // Real libraries, which have nothing of what ours have: as if of another version.
        for (String library : TorchJars.here().libraries()) {
            try (InputStream other =
                    NativeLibraries.class.getClassLoader().getResourceAsStream(TorchJars.CPU_FOLDER + "libgomp.so.1")) {
                Files.copy(other, foreign.resolve(Path.of(library).getFileName()));
            }
        }
        for (int round = 0; round < rounds; round++) {
            Path cache = folder.resolve("cache" + round);
            List<Process> executors = new ArrayList<>();
            for (int executor = 0; executor < EXECUTORS; executor++) {
                executors.add(start(cache, foreign));
            }
            for (Process executor : executors) {
                String output = new String(executor.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(executor.waitFor(1, TimeUnit.MINUTES)).isTrue();
                assertThat(output.lines())
                        .hasSizeGreaterThanOrEqualTo(3)
                        .allSatisfy(line -> assertThat(line).startsWith(cache + "/"));
            }
            delete(cache);
        }
    }

    private static Process start(Path cache, Path foreign) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Load.class.getName())
                .redirectErrorStream(true);
        builder.environment().put("LD_LIBRARY_PATH", foreign.toString());
        builder.environment().put(Setting.NATIVE_CACHE.variable(), cache.toString());
        return builder.start();
    }

    /** Each is as large as libtorch. */
    private static void delete(Path cache) throws IOException {
        try (Stream<Path> files = Files.walk(cache)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}

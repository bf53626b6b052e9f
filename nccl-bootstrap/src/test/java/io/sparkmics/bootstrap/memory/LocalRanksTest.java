package io.sparkmics.bootstrap.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.Endurance;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalRanksTest {

    @TempDir
    Path folder;

    /** In a process of its own, whose whole heap is there from the beginning. */
    @Test
    void manyCollectivesLeaveNothingInMemory() throws Exception {
        Path output = folder.resolve("output");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xms128m",
                        "-Xmx128m",
                        "-XX:+AlwaysPreTouch",
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Endurance.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
            assertThat(Files.readString(output)).endsWith("all right\n");
        } finally {
            process.destroyForcibly();
        }
    }
}

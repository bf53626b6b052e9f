package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that is written in the shell, as the guide has it: a case class, its stages, and a classifier that trains it. */
final class ShellModelIT {

    private static final Path GUIDE = Path.of("src/main/java/org/example/demand/README.md");

    @Test
    void aCaseClassOfTheShellIsTrainedSavedAndLoaded(@TempDir Path folder) throws IOException, InterruptedException {
        List<String> cells = new CodeBlocks(GUIDE, "scala").under("## In a shell");

        assertThat(SparkShell.run(folder, folder, cells).output()).contains("accuracy 1.0");
    }
}

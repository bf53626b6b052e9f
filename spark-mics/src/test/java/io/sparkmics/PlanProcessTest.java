package io.sparkmics;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The planner's command, in a process of its own that has neither Spark nor Hadoop nor libtorch. */
class PlanProcessTest {

    @TempDir
    Path folder;

    private List<String> out;
    private List<String> errors;

    private int plan(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(List.of("-cp", withoutSpark(), Plan.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("errors").toFile())
                .start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        out = Files.readAllLines(folder.resolve("out"));
        errors = Files.readAllLines(folder.resolve("errors"));
        return process.exitValue();
    }

    private static String withoutSpark() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> entry.endsWith("spark-mics" + File.separator + "target" + File.separator + "classes")
                        || entry.contains("picocli")
                        || entry.contains("xchart"))
                .collect(Collectors.joining(File.pathSeparator));
    }

    private Set<Integer> colors(String picture) throws IOException {
        BufferedImage image = ImageIO.read(folder.resolve(picture).toFile());
        Set<Integer> colors = new HashSet<>();
        for (int x = 0; x < image.getWidth(); x++) {
            for (int y = 0; y < image.getHeight(); y++) {
                colors.add(image.getRGB(x, y) & 0xFFFFFF);
            }
        }
        return colors;
    }

    @Test
    void theFrontPagesTableIsWhatTheCommandPrints() throws Exception {
        List<String> page = ReadmeTest.lastBlock("### Planning");
        int split = page.indexOf("");
        String[] arguments = String.join(" ", page.subList(0, split))
                .replaceFirst(".*io\\.sparkmics\\.Plan ", "")
                .replace("\\", "")
                .strip()
                .split("\\s+");

        assertThat(plan(arguments)).isZero();

        assertThat(errors).isEmpty();
        assertThat(out).isEqualTo(page.subList(split + 1, page.size()));
        // Compute, communication, the limit, and what does not fit.
        assertThat(colors("plan.png")).contains(0x1F5FAE, 0xE06C1B, 0xB9CFEA, 0xE6E9EE);
    }

    @Test
    void manySizesOfAClusterAreShownAndDrawn() throws Exception {
        assertThat(plan(
                        "--model=gpt2",
                        "--instance=cpu",
                        "--nodes=1",
                        "--sequences-per-rank=4",
                        "--separate-documents=true",
                        "--up-to-nodes=4",
                        "--output=pictures"))
                .isZero();

        assertThat(out).anyMatch(line -> line.matches(" +16 +64 .*%")).noneMatch(line -> line.contains("no picture"));
        assertThat(colors("pictures/scaling.png")).contains(0x1F5FAE, 0xE06C1B);
    }

    @Test
    void aModelThatFitsNowhereIsOneLineAndAnExitCode() throws Exception {
        assertThat(plan("--model=gpt-175b", "--instance=p4d.24xlarge", "--nodes=1"))
                .isEqualTo(1);

        assertThat(errors)
                .singleElement()
                .asString()
                .startsWith(
                        "Cannot fit gpt-175b into 40,802,189,312 bytes of a rank: with p = 8 and micro-batches of 1 it"
                                + " takes ")
                .endsWith("Use more nodes, more memory, a smaller context or --activation-checkpointing 1, which"
                        + " recomputes activations.");
        assertThat(out).anyMatch(line -> line.endsWith("does not fit"));
    }
}

package io.sparkmics;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("cluster")
class TrainTest {

    private static final String[] SMALL = {
        "--layers=1",
        "--heads=2",
        "--width=16",
        "--context=16",
        "--num-workers=2",
        "--partition-group-size=2",
        "--global-batch-size=8",
        "--micro-batch-size=2"
    };

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void aRunWritesModelSummaryMetricsAndPicture() throws IOException {
        Path work = folder.resolve("work");
        writeFrame();

        assertThat(train("--max-steps=3", "--work-directory=" + work))
                .as(err.toString())
                .isZero();

        assertThat(summary().get("worldSize").intValue()).isEqualTo(2);
        assertThat(summary().get("steps").intValue()).isEqualTo(3);
        assertThat(folder.resolve("out/loss.png")).isNotEmptyFile();
        assertThat(Files.readAllLines(folder.resolve("out/metrics.jsonl"))).hasSize(3);
        assertThat(folder.resolve("out/model/huggingface/model.safetensors")).isNotEmptyFile();
        assertThat(out.toString())
                .startsWith("Trained 7,680 parameters")
                .contains("for 3 steps", "The loss curve is in ");
        // The application has ended, and with it the copy that was not saved.
        assertThat(work).isEmptyDirectory();

        assertThat(train("--max-steps=3")).isEqualTo(1);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .startsWith("Cannot write to ")
                .endsWith("an earlier run left its model there. Choose another --output, or say --overwrite.");
    }

    @Test
    void theCommandLineOfTheReadmeTrainsOnPlainText() throws IOException {
        Path text = folder.resolve("text");
        TrainedModel.frame().select("text").write().text(text.toString());
        String command = String.join("\n", ReadmeTest.firstBlock("### spark-submit"))
                .replace("\\\n", "")
                .replace("/data/text", text.toString())
                .replace("/models/first", folder.resolve("out").toString());
        String arguments = command.substring(command.indexOf(".jar ") + ".jar ".length());

        assertThat(run(Stream.of(arguments.trim().split(" +"), SMALL, new String[] {"--max-steps=2"})))
                .as(err.toString())
                .isZero();

        assertThat(summary().get("data").get("trainingDocuments").intValue()).isEqualTo(60);
    }

    @Test
    void whatTheEpochsLeaveOverIsCounted() throws IOException {
        writeFrame();

        assertThat(train("--max-epochs=0.3")).as(err.toString()).isZero();

        long asked = summary().get("data").get("trainingSequences").longValue() * 3 / 10;
        long left = summary().get("data").get("leftOverSequences").longValue();
        assertThat(left).isBetween(1L, 7L);
        assertThat(summary().get("steps").longValue() * 8 + left).isEqualTo(asked);
    }

    @Test
    void everythingThatIsWrongIsOneLine() {
        writeFrame();

        assertThat(train("--global-batch-size=9", "--heads=3")).isEqualTo(1);

        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .contains("Cannot split a global batch of 9 sequences", "Cannot build a GPT");
    }

    @Test
    void inputThatIsNotThereIsOneLine() {
        LocalSpark.session();

        assertThat(train("--max-steps=3")).isEqualTo(1);

        assertThat(err.toString().lines()).singleElement().asString().contains("PATH_NOT_FOUND");
    }

    private void writeFrame() {
        TrainedModel.frame().write().parquet(folder.resolve("in").toString());
    }

    private int train(String... more) {
        String[] folders = {"--input=" + folder.resolve("in"), "--output=" + folder.resolve("out")};
        return run(Stream.of(folders, SMALL, more));
    }

    private int run(Stream<String[]> arguments) {
        LocalSpark.session();
        return Train.run(
                new PrintWriter(out, true),
                new PrintWriter(err, true),
                arguments.flatMap(Arrays::stream).toArray(String[]::new));
    }

    private JsonNode summary() throws IOException {
        return new ObjectMapper().readTree(folder.resolve("out/summary.json").toFile());
    }
}

package io.sparkmics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkmics.monitor.StepMetrics;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
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

        assertThat(train("--max-steps=3", "--checkpoint-interval=100", "--work-directory=" + work))
                .as(err.toString())
                .isZero();

        assertThat(summary().get("worldSize").intValue()).isEqualTo(2);
        assertThat(summary().get("steps").intValue()).isEqualTo(3);
        assertThat(folder.resolve("out/loss.png")).isNotEmptyFile();
        assertThat(Files.readAllLines(folder.resolve("out/metrics.jsonl")))
                .hasSize(3)
                .allMatch(line -> StepMetrics.fromJson(line).waitSeconds().sum() > 0);
        assertThat(summary().get("waitSecondsPerStep").get("mean").get("norm").doubleValue())
                .isPositive();
        assertThat(summary().get("settings").get("maxSteps").intValue()).isEqualTo(3);
        assertThat(summary().get("settings").get("model").get("width").intValue())
                .isEqualTo(16);
        assertThat(summary().get("settings").get("checkpointDirectory").asText())
                .isEqualTo("file:" + folder.resolve("out/checkpoints"));
        // What was written is what is loaded.
        LocalSpark.session();
        assertThat(MicsModel.load(folder.resolve("out").toString()).weights().folder())
                .asString()
                .endsWith("/out/huggingface");
        assertThat(folder.resolve("out/huggingface/model.safetensors")).isNotEmptyFile();
        assertThat(out.toString())
                .startsWith("Trained 7,680 parameters")
                .contains("for 3 steps", "The model is in " + folder.resolve("out"), "The loss curve is in ");
        // The application has ended, and with it the copy that was not saved.
        assertThat(work).isEmptyDirectory();

        assertThat(train("--max-steps=3")).isEqualTo(1);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .startsWith("Cannot save a model to ")
                .endsWith("Choose another folder, or overwrite it (--overwrite on the command line).");
    }

    @Test
    void theLossThatIsToldIsThatOfTheWeightsThatAreSaved() throws IOException {
        TrainedModel.frame()
                .withColumn("held_out", functions.expr("monotonically_increasing_id() % 3 = 0"))
                .write()
                .parquet(folder.resolve("in").toString());

        assertThat(train(
                        "--max-steps=6",
                        "--validation-indicator-col=held_out",
                        "--evaluate-every=1",
                        "--early-stopping-patience=2",
                        "--learning-rate=3"))
                .as(err.toString())
                .isZero();

        assertThat(summary().get("bestStep").longValue())
                .isLessThan(summary().get("steps").longValue());
        assertThat(out.toString())
                .contains(String.format(
                        Locale.ROOT,
                        "and %.3f on held-out rows with the saved weights, those of step %d",
                        summary().get("bestValidationLoss").doubleValue(),
                        summary().get("bestStep").longValue()));
    }

    @Test
    void promptsAndResponsesBecomeTheIdsOfATokenizer() throws IOException {
        writeFrame();
        assertThat(train("--max-steps=1")).as(err.toString()).isZero();
        TrainedModel.frame()
                .selectExpr("concat('row ', id) as prompt", "'an answer' as response")
                .write()
                .parquet(folder.resolve("pairs").toString());
        Path tuned = folder.resolve("tuned");

        assertThat(run(Stream.of(SMALL, new String[] {
                    "--input=" + folder.resolve("pairs"),
                    "--output=" + tuned,
                    "--max-steps=1",
                    "--prompt-col=prompt",
                    "--response-col=response",
                    "--tokenizer=" + folder.resolve("out"),
                    "--end-of-text-id=256"
                })))
                .as(err.toString())
                .isZero();

        JsonNode data = new ObjectMapper()
                .readTree(tuned.resolve("summary.json").toFile())
                .get("data");
        assertThat(data.get("trainingDocuments").intValue()).isEqualTo(60);
        assertThat(data.get("responseTokens").intValue()).isEqualTo(60 * "an answer.".length());
        assertThat(tuned.resolve("huggingface/tokenizer.json")).isNotEmptyFile();
    }

    @Test
    void aRunThatIsCancelledLeavesTheStepsThatItMade() throws Exception {
        writeFrame();
        Path metrics = folder.resolve("out/metrics.jsonl");
        SparkContext spark = LocalSpark.session().sparkContext();
        CompletableFuture<Void> cancelled = CompletableFuture.runAsync(() -> {
            await().atMost(Duration.ofMinutes(2)).until(() -> Files.exists(metrics) && Files.size(metrics) > 0);
            spark.cancelAllJobs();
        });

        assertThat(train("--max-steps=5000")).isEqualTo(1);

        cancelled.get();
        assertThat(err.toString().lines()).singleElement().asString().contains("cancel");
        assertThat(Files.readAllLines(metrics)).isNotEmpty();
        assertThat(folder.resolve("out/loss.png")).isNotEmptyFile();
        assertThat(folder.resolve("out/summary.json")).doesNotExist();
    }

    @Test
    void aRunThatGoesOnTellsAllOfItsSteps() throws IOException {
        writeFrame();
        assertThat(train("--max-steps=3", "--checkpoint-interval=2"))
                .as(err.toString())
                .isZero();

        assertThat(train("--max-steps=5", "--checkpoint-interval=2", "--resume-from=latest", "--overwrite"))
                .as(err.toString())
                .isZero();

        assertThat(Files.readAllLines(folder.resolve("out/metrics.jsonl")).stream()
                        .map(line -> line.replaceFirst(",.*", "")))
                .containsExactly("{\"step\":1", "{\"step\":2", "{\"step\":3", "{\"step\":4", "{\"step\":5");
        assertThat(summary().at("/resumedFrom/step").intValue()).isEqualTo(3);
        assertThat(summary().at("/checkpoints/last").asText()).contains("/out/checkpoints/step-000000000005-");
        assertThat(out.toString()).contains("Trained 7,680 parameters for 5 steps");
    }

    @Test
    void theCommandLineOfTheReadmeTrainsOnPlainText() throws IOException {
        Path text = folder.resolve("text");
        TrainedModel.frame().select("text").coalesce(1).write().text(text.toString());
        String command = String.join("\n", ReadmeTest.firstBlock("### spark-submit"))
                .replace("\\\n", "")
                .replace("/data/text", text.toString())
                .replace("/models/first", folder.resolve("out").toString());
        String arguments = command.substring(command.indexOf(".jar ") + ".jar ".length());

        assertThat(run(Stream.of(arguments.trim().split(" +"), SMALL, new String[] {"--max-steps=2"})))
                .as(err.toString())
                .isZero();

        // One of 60 lines.
        assertThat(summary().get("data").get("trainingDocuments").intValue()).isEqualTo(1);
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

        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .startsWith("Cannot read " + folder.resolve("in") + " as parquet: [PATH_NOT_FOUND]");
    }

    @Test
    void aForgottenFormatIsToldByItsCause() throws IOException {
        Files.writeString(Files.createDirectory(folder.resolve("in")).resolve("rows.json"), "{\"text\": \"a\"}");

        assertThat(train("--max-steps=3")).isEqualTo(1);

        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .startsWith("Cannot read " + folder.resolve("in") + " as parquet: ")
                .contains("rows.json")
                .endsWith(". The file ends in .json: set --format json.")
                .doesNotContain("awaitResult");
    }

    @Test
    void anOutputThatCannotBeWrittenIsToldBeforeTraining() throws IOException {
        writeFrame();
        Files.writeString(folder.resolve("out"), "a file");

        assertThat(train("--max-steps=3")).isEqualTo(1);

        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .startsWith("Cannot write to ")
                .contains("/out");
    }

    @Test
    void theApplicationHasTheNameThatSparkSubmitGaveIt() throws IOException {
        LocalSpark.session().stop();
        Map<String, String> submitted = Map.of(
                "spark.app.name",
                "nightly-train",
                "spark.master",
                "local[2]",
                "spark.driver.host",
                "localhost",
                "spark.ui.enabled",
                "false");
        submitted.forEach(System::setProperty);
        try (SparkSession session = Train.session()) {
            assertThat(session.sparkContext().appName()).isEqualTo("nightly-train");
        } finally {
            submitted.keySet().forEach(System::clearProperty);
        }
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

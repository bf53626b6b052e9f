package io.sparkmics.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.MicsModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user reads first of own models, as it is. */
class OwnModelTest {

    @TempDir
    Path folder;

    private final PrintStream out = System.out;
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    @BeforeEach
    void startSpark() {
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        session();
    }

    @AfterEach
    void stopSpark() {
        System.setOut(out);
        session().stop();
    }

    private static SparkSession session() {
        return SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", false)
                .config("spark.driver.host", "localhost")
                .config("spark.sql.shuffle.partitions", 2)
                .getOrCreate();
    }

    @Test
    void theExampleTrainsSavesLoadsScoresAndGenerates() throws IOException {
        Path texts = Files.createDirectory(folder.resolve("texts"));
        Files.writeString(texts.resolve("fox.txt"), "the quick brown fox jumps over the lazy dog\n".repeat(400));
        Path model = folder.resolve("model");

        OwnModel.main(new String[] {texts.toString(), model.toString(), "40"});

        assertThat(model.resolve("huggingface/model.safetensors")).isNotEmptyFile();
        // The four bytes of each of three layers tell what follows: the sentence has been learned. The frame that is
        // shown beside it
        // goes to Scala's console, which may be older than this test.
        assertThat(printed.toString(StandardCharsets.UTF_8)).contains("the ");
        session();
        assertThat(MicsModel.load(model.toString())
                        .transform(
                                session().range(1).selectExpr("'the quick brown fox jumps over the lazy dog' as value"))
                        .select("loss")
                        .first()
                        .getDouble(0))
                .isLessThan(1);
    }
}

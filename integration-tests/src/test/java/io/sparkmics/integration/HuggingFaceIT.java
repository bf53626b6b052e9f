package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkmics.MicsEstimator;
import io.sparkmics.MicsModel;
import io.sparkmics.data.ByteTokenizer;
import io.sparkmics.model.Gpt;
import io.sparkmics.scoring.Sampling;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A saved model in the real GPT2LMHeadModel says what it says here. */
@Tag("python")
final class HuggingFaceIT {

    private static final int VOCABULARY = 257;
    private static final double TOLERANCE = 1e-4;

    /** Spaces and what some tokenizers do away with, more than one byte a letter, and what looks like an end of text. */
    private static final List<String> TEXTS = List.of(
            "def f",
            " two  spaces , and it 's\ta tab\r\n\n",
            "na\u00efve \u2013 \u4f60\u597d \ud83d\ude80\u0000\u007f",
            "a <|endoftext|> b");

    @Test
    void transformersGivesTheSameProbabilitiesAndLosses(@TempDir Path folder) throws Exception {
        Path python = Environment.python();
        try (SparkSession spark = SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", false)
                .getOrCreate()) {
            compare(spark, python, folder);
        }
    }

    private static void compare(SparkSession spark, Path python, Path folder) throws Exception {
        String path = folder.resolve("model").toString();
        trained(spark).write().overwrite().save(path);
        MicsModel model = MicsModel.load(path);
        // A sequence of one token, so that each row [token, next] shows one probability; one as long as the context.
        List<int[]> sequences = List.of(
                new int[] {'d'}, IntStream.range(0, 16).map(i -> 16 * i + 3).toArray());

        JsonNode theirs = askTransformers(python, folder.resolve("model/huggingface"), sequences, TEXTS);

        assertThat(theirs.get("missing")).isEmpty();
        assertThat(theirs.get("unexpected")).isEmpty();
        assertThat(theirs.get("parameters").asLong())
                .isEqualTo(model.getModel().build().size());
        List<int[]> everyNext = IntStream.range(0, VOCABULARY)
                .mapToObj(next -> new int[] {'d', next})
                .toList();
        double[] ours = losses(spark, model, everyNext);
        for (int next = 0; next < VOCABULARY; next++) {
            assertThat(-ours[next])
                    .as("log-probability of token %d", next)
                    .isCloseTo(theirs.get("scores").get(0).get(next).asDouble(), within(TOLERANCE));
        }
        assertThat(losses(spark, model, sequences.subList(1, 2))[0])
                .isCloseTo(theirs.get("losses").get(1).asDouble(), within(TOLERANCE));
        assertTokenizer(theirs);
        assertThat(theirs.get("generated").asText()).isEqualTo(model.generate(TEXTS.get(0), 5, new Sampling(0, 0, 1)));
    }

    private static void assertTokenizer(JsonNode theirs) {
        for (int i = 0; i < TEXTS.size(); i++) {
            assertThat(theirs.get("ids").get(i))
                    .as(TEXTS.get(i))
                    .extracting(JsonNode::asInt)
                    .containsExactly(Arrays.stream(ByteTokenizer.encode(TEXTS.get(i)))
                            .boxed()
                            .toArray(Integer[]::new));
            assertThat(theirs.get("decoded").get(i).asText()).isEqualTo(TEXTS.get(i));
        }
        assertThat(theirs.get("end").asInt()).isEqualTo(ByteTokenizer.END_OF_TEXT);
        assertThat(theirs.get("vocabulary").asInt()).isEqualTo(ByteTokenizer.VOCABULARY_SIZE);
    }

    private static MicsModel trained(SparkSession spark) {
        List<String> texts = IntStream.range(0, 200)
                .mapToObj(i -> "def f" + i + "(x): return x + " + i)
                .toList();
        return new MicsEstimator()
                .setModel(Gpt.config().layers(2).heads(2).width(16).context(16))
                .setNumWorkers(2)
                .setPartitionGroupSize(2)
                .setGlobalBatchSize(8)
                .setMicroBatchSize(2)
                .setLearningRate(1e-2)
                .setMaxSteps(30)
                .fit(spark.createDataset(texts, Encoders.STRING()).toDF("text"));
    }

    /** The mean loss of each sequence, in the order given. */
    private static double[] losses(SparkSession spark, MicsModel model, List<int[]> sequences) {
        Dataset<Row> frame = SampleSequences.rows(spark, sequences);
        return model.setInputCol("tokens").transform(frame).orderBy("position").select("loss").collectAsList().stream()
                .mapToDouble(row -> row.getDouble(0))
                .toArray();
    }

    private static JsonNode askTransformers(Path python, Path huggingFace, List<int[]> sequences, List<String> texts)
            throws IOException, InterruptedException {
        ObjectMapper json = new ObjectMapper();
        return new PythonScript(python, "score.py")
                .run(huggingFace, json.writeValueAsString(sequences), json.writeValueAsString(texts));
    }
}

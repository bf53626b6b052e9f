package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkmics.MicsClassificationModel;
import io.sparkmics.MicsClassifier;
import io.sparkmics.MicsEmbedder;
import io.sparkmics.MicsEstimator;
import io.sparkmics.MicsModel;
import io.sparkmics.MicsTokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A BERT of the real library makes the same vectors here, and goes back to it from a training. */
@Tag("python")
final class EncoderIT {

    private static final double TOLERANCE = 1e-4;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Short ones, one longer than the model takes, words that the tokenizer has no token for, and nothing. */
    private static final List<String> TEXTS =
            List.of("the fox", "The quicker fox and the other fox too, behind the hedge", "na\u00efve \u4f60 fox", "");

    /** Of a longer one the library keeps the last special token, and a column of ids is cut where the model ends. */
    private static final List<String> FITTING = List.of(TEXTS.get(0), TEXTS.get(2), TEXTS.get(3));

    @RegisterExtension
    private static final LocalSession SESSION = new LocalSession(2);

    @ParameterizedTest
    @CsvSource({"BertForMaskedLM, float32", "BertModel, bfloat16"})
    void vectorsAndLogitsAreTheLibrarysThereAndBack(String architecture, String type, @TempDir Path folder)
            throws Exception {
        Path python = Environment.python();
        Path pretrained = folder.resolve("pretrained");
        JsonNode theirs = run(python, pretrained, architecture, type);
        Dataset<Row> texts = SESSION.spark()
                .createDataset(TEXTS, Encoders.STRING())
                .toDF("text")
                .coalesce(1);
        assertVectors(pretrained, texts, theirs);

        MicsTokenizer tokenizer =
                new MicsTokenizer().setTokenizer(pretrained.toString()).setAddSpecialTokens(true);
        MicsEstimator estimator = new MicsEstimator()
                .setInitialModel(pretrained.toString())
                .setInputCol("tokens")
                .setNumWorkers(2)
                .setPartitionGroupSize(2)
                .setGlobalBatchSize(2)
                .setMicroBatchSize(1)
                .setMaxSteps(1)
                .setWarmUpSteps(0)
                .setLearningRate(1e-12)
                .setMaxShardSize("20KB");
        PipelineModel tuned = new Pipeline()
                .setStages(new PipelineStage[] {tokenizer, estimator})
                .fit(texts.union(texts).union(texts));
        Path saved = folder.resolve("saved");
        ((MicsModel) tuned.stages()[1]).write().save(saved.toString());
        assertThat(saved.resolve("huggingface/model.safetensors.index.json")).isNotEmptyFile();

        JsonNode again = run(python, saved.resolve("huggingface"), "none", "float32");
        assertThat(again.get("missing")).isEmpty();
        assertThat(again.get("unexpected")).isEmpty();
        assertThat(again.get("said")).isEmpty();
        assertThat(again.get("ids")).isEqualTo(theirs.get("ids"));
        assertVectors(saved, texts, theirs);
        for (int row = 0; row < TEXTS.size(); row++) {
            assertThat(doubles(again.get("mean").get(row)))
                    .containsExactly(doubles(theirs.get("mean").get(row)), within(TOLERANCE));
        }
        if (architecture.equals("BertForMaskedLM")) {
            for (int token = 0; token < theirs.get("logits").size(); token++) {
                assertThat(doubles(again.get("logits").get(token)))
                        .containsExactly(doubles(theirs.get("logits").get(token)), within(TOLERANCE));
            }
        }
    }

    /** The first folder has the head already, of the second the encoder is taken alone. */
    @ParameterizedTest
    @CsvSource({"BertForSequenceClassification, float16", "BertForMaskedLM, float32"})
    void aClassifierStartsFromTheLibrarysAndGoesBack(String architecture, String type, @TempDir Path folder)
            throws Exception {
        Path python = Environment.python();
        Path pretrained = folder.resolve("pretrained");
        JsonNode theirs = run(python, pretrained, architecture, type);
        Dataset<Row> rows = SESSION.spark()
                .createDataset(FITTING, Encoders.STRING())
                .toDF("text")
                .coalesce(1)
                .selectExpr("text", "cast(length(text) > 3 as double) label");
        MicsTokenizer tokenizer =
                new MicsTokenizer().setTokenizer(pretrained.toString()).setAddSpecialTokens(true);
        MicsClassifier classifier = new MicsClassifier()
                .setInitialModel(pretrained.toString())
                .setFeaturesCol("tokens")
                .setNumWorkers(2)
                .setPartitionGroupSize(2)
                .setGlobalBatchSize(2)
                .setMicroBatchSize(1)
                .setMaxSteps(1)
                .setWarmUpSteps(0)
                .setLearningRate(1e-12);

        PipelineModel tuned = new Pipeline()
                .setStages(new PipelineStage[] {tokenizer, classifier})
                .fit(rows);

        List<Vector> ours = tuned.transform(rows).select("rawPrediction").collectAsList().stream()
                .map(row -> row.<Vector>getAs(0))
                .toList();
        if (architecture.equals("BertForSequenceClassification")) {
            assertLogits(ours, theirs);
        }
        Path saved = folder.resolve("saved");
        ((MicsClassificationModel) tuned.stages()[1]).write().save(saved.toString());
        JsonNode again = run(python, saved.resolve("huggingface"), "none", "float32");
        assertThat(again.get("said")).isEmpty();
        assertThat(again.get("missing")).isEmpty();
        assertThat(again.get("unexpected")).isEmpty();
        assertLogits(ours, again);
        assertVectors(
                saved,
                SESSION.spark()
                        .createDataset(TEXTS, Encoders.STRING())
                        .toDF("text")
                        .coalesce(1),
                theirs);
    }

    private static void assertLogits(List<Vector> ours, JsonNode theirs) {
        for (int row = 0; row < FITTING.size(); row++) {
            int among = TEXTS.indexOf(FITTING.get(row));
            assertThat(ours.get(row).toArray())
                    .as(FITTING.get(row))
                    .containsExactly(doubles(theirs.get("logits").get(among)), within(TOLERANCE));
        }
    }

    private static void assertVectors(Path folder, Dataset<Row> texts, JsonNode theirs) {
        for (String pooling : List.of("mean", "first")) {
            List<Row> rows = new MicsEmbedder()
                    .setModelFolder(folder.toString())
                    .setPooling(pooling)
                    .transform(texts)
                    .collectAsList();
            for (int row = 0; row < TEXTS.size(); row++) {
                assertThat(rows.get(row).getString(0)).isEqualTo(TEXTS.get(row));
                assertThat(rows.get(row).<Vector>getAs(1).toArray())
                        .as("%s of %s", pooling, TEXTS.get(row))
                        .containsExactly(doubles(theirs.get(pooling).get(row)), within(TOLERANCE));
            }
        }
    }

    private static double[] doubles(JsonNode numbers) {
        double[] values = new double[numbers.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = numbers.get(i).asDouble();
        }
        return values;
    }

    private static JsonNode run(Path python, Path folder, String architecture, String type)
            throws IOException, InterruptedException {
        return new PythonScript(python, "encoder.py").run(folder, architecture, type, JSON.writeValueAsString(TEXTS));
    }
}

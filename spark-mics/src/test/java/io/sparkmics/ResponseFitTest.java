package io.sparkmics;

import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.checkpoint.HuggingFaceFolder;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.bert.Bert;
import io.sparkmics.monitor.StepMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that learn to answer: from a column of prompts and one of responses. */
@Tag("cluster")
class ResponseFitTest {

    private static final String[] ANIMALS = {"cat", "dog", "cow", "duck"};
    private static final String[] VOICES = {"meow", "woof", "moo", "quack quack"};

    @TempDir
    static Path folder;

    /** Each twice, and three rows that teach nothing. */
    private static Dataset<Row> frame() {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 2 * ANIMALS.length; i++) {
            rows.add(RowFactory.create(ANIMALS[i % ANIMALS.length] + ":", VOICES[i % ANIMALS.length]));
        }
        rows.add(RowFactory.create("fish:", ""));
        rows.add(RowFactory.create("worm:", null));
        rows.add(RowFactory.create("a question that is longer than the context:", "what"));
        return LocalSpark.session().createDataFrame(rows, StructType.fromDDL("prompt STRING, response STRING"));
    }

    private static MicsEstimator estimator(int worldSize, int partitionGroupSize, int microBatchSize) {
        return new MicsEstimator()
                .setModel(Gpt.config().layers(1).heads(2).width(16).context(16))
                .setPromptCol("prompt")
                .setResponseCol("response")
                .setNumWorkers(worldSize)
                .setPartitionGroupSize(partitionGroupSize)
                .setGlobalBatchSize(4)
                .setMicroBatchSize(microBatchSize)
                .setPrecision("float64")
                .setLearningRate(1e-2)
                .setMinimumLearningRateRatio(1)
                .setWarmUpSteps(0)
                .setMaxSteps(6)
                .setWorkDirectory(folder.toString());
    }

    private static double[] losses(MicsModel model) {
        return model.training().history().stream()
                .mapToDouble(StepMetrics::loss)
                .toArray();
    }

    @Test
    void theCurveIsTheSameHoweverTheBatchIsCut() {
        double[] alone = losses(estimator(1, 1, 4).fit(frame()));

        assertThat(losses(estimator(2, 2, 1).fit(frame()))).containsExactly(alone, within(1e-10));
        assertThat(losses(estimator(2, 1, 2).fit(frame()))).containsExactly(alone, within(1e-10));
        assertThat(alone[5]).isLessThan(alone[0]);
    }

    /** A step that changes nothing, on all rows: its loss is what scoring says of the same rows. */
    @Test
    void theLossOfAStepIsTheMeanOverTheTokensOfResponses() {
        MicsModel model = estimator(2, 2, 2)
                .setGlobalBatchSize(8)
                .setMaxSteps(1)
                .setLearningRate(1e-12)
                .fit(frame());

        Dataset<Row> scored = model.transform(frame());

        assertThat(scored.where("loss is null").select("tokenCount").collectAsList())
                .extracting(row -> row.getLong(0))
                .containsExactly(0L, 0L, 0L);
        assertThat(scored.where("loss is not null")
                        .selectExpr("length(response) + 1 = tokenCount")
                        .collectAsList())
                .hasSize(8)
                .allMatch(row -> row.getBoolean(0));
        assertThat(new MicsEvaluator().setMetricName("loss").evaluate(scored))
                .isCloseTo(losses(model)[0], within(1e-6));
        assertThat(model.summary().data())
                .containsEntry("trainingDocuments", 8L)
                .containsEntry("responseTokens", 2L * (5 + 5 + 4 + 12))
                .containsEntry("nullRows", 1L)
                .containsEntry("emptyDocuments", 1L)
                .containsEntry("rowsWithoutRoom", 1L)
                .containsEntry("cutOffResponses", 0L);
    }

    @Test
    void aModelAnswersAsItHasLearntToAndEnds() throws IOException {
        PipelineModel trained = new Pipeline()
                .setStages(new PipelineStage[] {
                    estimator(2, 2, 2).setPrecision("float32").setMaxSteps(150)
                })
                .fit(frame());
        Path saved = folder.resolve("pipeline");
        trained.write().save(saved.toString());
        MicsModel model = (MicsModel) PipelineModel.load(saved.toString()).stages()[0];

        List<Row> answers = model.generator()
                .setTemperature(0)
                .setMaxNewTokens(14)
                .transform(frame().where("length(response) > 0 and length(prompt) < 8"))
                .collectAsList();

        assertThat(answers).hasSize(8).allMatch(row -> row.getString(2).equals(row.getString(1)));
        assertThat(model.transform(frame()).collectAsList())
                .isEqualTo(trained.transform(frame()).collectAsList());
    }

    @Test
    void responsesOfIdsEndAsTextsOfTheModelThatTheyStartFrom() throws IOException {
        Path first = folder.resolve("first");
        estimator(1, 1, 4).setMaxSteps(1).fit(frame()).write().save(first.toString());
        Dataset<Row> ids = frame().where("response is not null")
                .selectExpr(
                        "transform(array(1, 2), x -> x + length(prompt)) as prompt",
                        "transform(sequence(0, length(response)), x -> x + 97) as response");
        MicsEstimator estimator = estimator(1, 1, 4).setMaxSteps(1);
        assertThatThrownBy(() -> estimator.fit(ids))
                .hasMessageStartingWith(
                        "Cannot train on the responses of column 'response': nothing says which token id"
                                + " ends them");
        estimator.clear(estimator.model());

        Files.writeString(
                first.resolve("huggingface/generation_config.json"), "{\"eos_token_id\": 5, \"temperature\": 0.7}");

        MicsModel tuned =
                estimator.setInitialModel(first.toString()).setLoraRank(2).fit(ids);

        assertThat(tuned.getEndOfTextId()).isEqualTo(256);
        assertThat(estimator.getEndOfTextId()).isEqualTo(-1);
        assertThat(tuned.transform(ids)
                        .selectExpr("tokenCount = least(size(response) + 1, 15)")
                        .collectAsList())
                .allMatch(row -> row.getBoolean(0));
        Path saved = folder.resolve("tuned");
        tuned.write().save(saved.toString());
        HuggingFaceFolder files = new HuggingFaceFolder(
                new org.apache.hadoop.fs.Path(saved.resolve("huggingface").toUri()), new Configuration());
        assertThat(files.readGenerationConfig())
                .as("texts end as they were trained to, and are drawn as before")
                .hasValue(Map.of("eos_token_id", 256, "temperature", 0.7));
    }

    @Test
    void nothingIsPutBehindResponsesThatEndWithTokensOfTheirOwn() {
        Dataset<Row> ids = frame().where("length(response) > 0 and length(prompt) < 8")
                .selectExpr("array(7) as prompt", "transform(sequence(0, length(response)), x -> x + 97) as response");

        MicsModel model = estimator(2, 2, 2)
                .setEndOfTextId(MicsEstimator.NOTHING)
                .setMaxSteps(1)
                .fit(ids);

        assertThat(model.transform(ids)
                        .selectExpr("tokenCount = size(response)")
                        .collectAsList())
                .hasSize(8)
                .allMatch(row -> row.getBoolean(0));
        assertThat(model.summary().data()).containsEntry("responseTokens", 2L * (5 + 5 + 4 + 12));
        assertThatThrownBy(() ->
                        estimator(1, 1, 4).setEndOfTextId(MicsEstimator.NOTHING).fit(frame()))
                .hasMessage("Cannot end the rows of column 'response' without a token: the column is text, which the"
                        + " built-in tokenizer ends with 256. Leave endOfTextId unset, or tokenize the text and train on"
                        + " ids.");
    }

    @Test
    void whatIsWrongIsSaidAtOnceBeforeAnythingStarts() {
        assertThatThrownBy(() -> estimator(2, 2, 4)
                        .setInputCol("prompt")
                        .setResponseCol("answer")
                        .setGlobalBatchSize(3)
                        .fit(frame()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "Cannot train on the stream of column 'prompt' and on responses at once. Clear inputCol,"
                                + " or promptCol and responseCol.")
                .hasMessageContaining("Cannot find the response column 'answer'")
                .hasMessageContaining("global batch");
        assertThatThrownBy(() -> estimator(1, 1, 4).setPromptCol("").fit(frame()))
                .hasMessage(
                        "Cannot read prompts and responses: promptCol is '', and responseCol is 'response'. Set both, or"
                                + " neither.");
        assertThatThrownBy(() -> estimator(1, 1, 4)
                        .setModel(Bert.config().layers(1).heads(2).width(16))
                        .fit(frame()))
                .hasMessageContaining(
                        "on responses: it does not predict the next token, or its loss cannot leave out prompts.");
        assertThatThrownBy(() -> estimator(1, 1, 4)
                        .transformSchema(
                                frame().withColumn("response", expr("array(1)")).schema()))
                .hasMessage(
                        "Cannot read the prompts of column 'prompt' and the responses of column 'response': one has text,"
                                + " and the other token ids. Make ids of both with one tokenizer.");
        assertThat(estimator(1, 1, 4).transformSchema(frame().schema()).fieldNames())
                .containsExactly("prompt", "response", "loss", "tokenCount");
    }
}

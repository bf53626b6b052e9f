package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkmics.FittedModel;
import io.sparkmics.MicsClassifier;
import io.sparkmics.MicsEstimator;
import io.sparkmics.MicsModel;
import io.sparkmics.MicsRegressor;
import io.sparkmics.TrainingEstimator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Adapters learn as Hugging Face's PEFT has them learn, and PEFT puts what was saved beside its base. */
@Tag("python")
final class LoraIT {

    private static final double TOLERANCE = 1e-4;

    @RegisterExtension
    private static final LocalSession SESSION = new LocalSession(2);

    @ParameterizedTest
    @CsvSource({"gpt2, c_attn, 2", "gpt2, '', 1", "llama, '', 2", "'qwen2', 'q_proj,v_proj', 2", "mistral, '', 2"})
    void adaptersLearnAsPeftHasThemLearnAndPeftLoadsThem(
            String family, String targets, int partitionGroupSize, @TempDir Path folder) throws Exception {
        Path python = Environment.python();
        ObjectMapper json = new ObjectMapper();
        Path base = folder.resolve("base");
        new PythonScript(python, "pretrained.py")
                .run(base, family, "float32", "1GB", json.writeValueAsString(SampleSequences.ALL), "[\"a text\"]");
        Dataset<Row> document = SampleSequences.row(SESSION.spark(), SampleSequences.document());
        MicsEstimator estimator = adapted(new MicsEstimator(), base)
                .setLoraTargets(targets)
                .setInputCol("tokens")
                .setPartitionGroupSize(partitionGroupSize);

        // A step so small that A is as it was drawn.
        Path first = save(estimator.setMaxSteps(1).setLearningRate(1e-12).fit(document), folder.resolve("first"));
        MicsModel tuned = estimator.setMaxSteps(20).setLearningRate(1e-2).fit(document);
        Path saved = save(tuned, folder.resolve("saved"));
        tuned.writeReport(folder.toString());

        JsonNode theirs = new PythonScript(python, "adapter.py")
                .run(
                        base,
                        first.resolve("adapter"),
                        saved.resolve("adapter"),
                        saved,
                        json.writeValueAsString(SampleSequences.ALL));
        assertCurve(folder, theirs);
        double[] losses = tuned
                .transform(SampleSequences.rows(SESSION.spark()))
                .orderBy("position")
                .select("loss")
                .collectAsList()
                .stream()
                .mapToDouble(row -> row.getDouble(0))
                .toArray();
        for (int row = 0; row < losses.length; row++) {
            assertThat(losses[row])
                    .as("row %d", row)
                    .isCloseTo(theirs.get("losses").get(row).asDouble(), within(TOLERANCE));
        }
        assertThat(theirs.get("difference").asDouble()).isLessThan(TOLERANCE);
        assertThat(theirs.get("change").asDouble()).isGreaterThan(0.01);
        assertThat(theirs.get("unknown")).isEmpty();
        assertThat(theirs.get("missing")).isEmpty();
        assertThat(theirs.get("unexpected")).isEmpty();
    }

    /** With the heads that BERT is published with: a predictor's is a new one, which PEFT trains in full and saves. */
    @Test
    void aBertsAdaptersLearnAsPeftHasThemLearnAndGoOnFromOnesOfPeft(@TempDir Path folder) throws Exception {
        PythonScript script = new PythonScript(Environment.python(), "adapted_bert.py");
        Path base = folder.resolve("base");
        script.run(base);
        Dataset<Row> labelled = labelled();
        MicsClassifier classifier = adapted(new MicsClassifier(), base).setFeaturesCol("tokens");
        MicsRegressor regressor =
                adapted(new MicsRegressor(), base).setFeaturesCol("tokens").setLabelCol("measured");
        Path classes = folder.resolve("classes");
        Path numbers = folder.resolve("numbers");
        Dataset<Row> classified = tuned(classifier, labelled, classes).transform(labelled);
        Dataset<Row> measured = tuned(regressor, labelled, numbers).transform(labelled);
        Path guessing = save(
                adapted(new MicsEstimator(), base)
                        .setInputCol("tokens")
                        .setGlobalBatchSize(4)
                        .setMaxSteps(2)
                        .setLearningRate(1e-2)
                        .fit(labelled),
                folder.resolve("guessing"));

        JsonNode theirs = script.run(
                base,
                guessing.resolve("adapter"),
                guessing,
                json(labelled, "tokens"),
                classes,
                json(labelled, "label"),
                numbers,
                json(labelled, "measured"));
        assertThat(theirs.get("guessing").asDouble()).isLessThan(TOLERANCE);
        assertThat(theirs.get("change").asDouble()).isGreaterThan(0.01);
        assertAsPeft(
                classes,
                classified.select("rawPrediction"),
                theirs.get("predictors").get(0));
        assertAsPeft(
                numbers, measured.select("prediction"), theirs.get("predictors").get(1));
        assertOutputs(
                further(classifier, labelled, classes).transform(labelled).select("rawPrediction"),
                theirs.get("predictors").get(0).get("next"));
        assertOutputs(
                further(regressor, labelled, numbers).transform(labelled).select("prediction"),
                theirs.get("predictors").get(1).get("next"));
    }

    /** Saves a model whose A is as it was drawn, and what becomes of it in twenty steps. */
    private static <E extends TrainingEstimator<E, M>, M extends FittedModel<M>> M tuned(
            E estimator, Dataset<Row> labelled, Path folder) throws IOException {
        save(estimator.setMaxSteps(1).setLearningRate(1e-12).fit(labelled), folder.resolve("first"));
        M tuned = estimator.setMaxSteps(20).setLearningRate(1e-2).fit(labelled);
        save(tuned, folder.resolve("saved"));
        tuned.writeReport(folder.toString());
        return tuned;
    }

    /** From the adapter that PEFT has saved, which says itself what it is, by a step that changes nothing. */
    private static <E extends TrainingEstimator<E, M>, M extends FittedModel<M>> M further(
            E estimator, Dataset<Row> labelled, Path folder) {
        estimator.clear(estimator.loraRank()).clear(estimator.loraAlpha());
        return estimator
                .setInitialAdapter(folder.resolve("next").toString())
                .setMaxSteps(1)
                .setLearningRate(1e-12)
                .fit(labelled);
    }

    private static void assertAsPeft(Path folder, Dataset<Row> outputs, JsonNode theirs) throws IOException {
        assertCurve(folder, theirs);
        assertThat(theirs.get("unknown")).isEmpty();
        assertThat(theirs.get("difference").asDouble()).isLessThan(TOLERANCE);
        assertOutputs(outputs, theirs.get("logits"));
    }

    private static String json(Dataset<Row> rows, String column) throws IOException {
        DataType type = rows.schema().apply(column).dataType();
        return new ObjectMapper()
                .writeValueAsString(rows.select(column).collectAsList().stream()
                        .map(row -> type instanceof ArrayType ? row.getList(0) : row.get(0))
                        .toList());
    }

    private static <E extends TrainingEstimator<E, ?>> E adapted(E estimator, Path base) {
        return estimator
                .setInitialModel(base.toString())
                .setLoraRank(4)
                .setLoraAlpha(8)
                .setNumWorkers(2)
                .setPartitionGroupSize(2)
                .setGlobalBatchSize(8)
                .setMicroBatchSize(2)
                .setPrecision("float64")
                .setWarmUpSteps(0)
                .setMinimumLearningRateRatio(1);
    }

    /** Eight sequences, which are a batch. */
    private static Dataset<Row> labelled() {
        return SESSION.spark()
                .range(0, 8, 1, 1)
                .selectExpr(
                        "transform(sequence(0, 11), i -> int(5 + (id * 17 + i * 7) % 56)) tokens",
                        "int(id % 3) label", "id / 4 - 0.5 measured");
    }

    private static Path save(FittedModel<?> model, Path folder) throws IOException {
        model.write().save(folder.toString());
        return folder.resolve("huggingface");
    }

    /** A vector of logits, or a number. */
    private static void assertOutputs(Dataset<Row> scored, JsonNode expected) {
        List<Row> rows = scored.collectAsList();
        assertThat(expected).hasSameSizeAs(rows);
        for (int row = 0; row < rows.size(); row++) {
            double[] outputs = rows.get(row).get(0) instanceof Vector vector
                    ? vector.toArray()
                    : new double[] {rows.get(row).getDouble(0)};
            assertThat(expected.get(row)).hasSize(outputs.length);
            for (int output = 0; output < outputs.length; output++) {
                assertThat(outputs[output])
                        .as("row %d", row)
                        .isCloseTo(expected.get(row).get(output).asDouble(), within(TOLERANCE));
            }
        }
    }

    private static void assertCurve(Path report, JsonNode theirs) throws IOException {
        List<String> lines = Files.readAllLines(report.resolve("metrics.jsonl"));
        assertThat(lines).hasSize(20);
        for (int step = 0; step < 20; step++) {
            assertThat(new ObjectMapper().readTree(lines.get(step)).get("loss").asDouble())
                    .as("step %d", step)
                    .isCloseTo(theirs.get("curve").get(step).asDouble(), within(1e-8));
        }
    }
}

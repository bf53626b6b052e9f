package io.sparkmics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkmics.data.ByteTokenizer;
import io.sparkmics.scoring.Sampling;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.ml.Transformer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("cluster")
class MicsModelTest {

    private static final String LONG = "the quick brown fox jumps over the lazy dog";
    private static final double UNIFORM_LOSS = Math.log(ByteTokenizer.VOCABULARY_SIZE);

    @TempDir
    Path folder;

    private static MicsEstimator estimator;
    private static MicsModel model;

    @BeforeAll
    static void train() {
        Dataset<Row> frame = TrainedModel.frame();
        estimator = TrainedModel.estimator();
        model = estimator.fit(frame);
    }

    @Test
    void aFittedModelKnowsItsEstimatorAndHowItWasTrained() {
        assertThat(model.uid()).isEqualTo(estimator.uid());
        assertThat(model.parent()).isSameAs(estimator);
        assertThat(model.getModel()).isEqualTo(estimator.getModel());
        assertThat(model)
                .hasToString(String.format(
                        Locale.ROOT,
                        "MicsModel: uid=%s, Gpt of %,d parameters",
                        estimator.uid(),
                        model.summary().parameters()));
        assertThat(model.hasSummary()).isTrue();
        assertThat(model.summary().worldSize()).isEqualTo(2);
        assertThat(model.summary().steps()).isEqualTo(20);
        assertThat(model.summary().lastLoss()).isLessThan(model.summary().firstLoss() - 1);
    }

    @Test
    void theReportTellsWhatElseIsKnown() throws IOException {
        String message = model.writeReport(folder.toString(), Map.of("heldOutLoss", 2.5));

        JsonNode summary =
                new ObjectMapper().readTree(folder.resolve("summary.json").toFile());
        assertThat(summary.get("heldOutLoss").doubleValue()).isEqualTo(2.5);
        assertThat(summary.get("steps").intValue()).isEqualTo(20);
        assertThat(Files.readAllLines(folder.resolve("metrics.jsonl"))).hasSize(20);
        assertThat(message).startsWith("The loss curve is in ");
        assertThatThrownBy(() -> model.writeReport(folder.toString(), Map.of("steps", 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Cannot add steps to the summary: it has an entry of that name. Choose another name.");
    }

    @Test
    void everyRowGetsItsLossAndHowManyTokensWerePredicted() {
        Dataset<Row> scored = model.transform(TrainedModel.frame());

        assertThat(scored.columns()).containsExactly("id", "text", "loss", "tokenCount");
        assertThat(scored.count()).isEqualTo(60);
        assertThat(scored.collectAsList()).allSatisfy(row -> {
            assertThat(row.getDouble(2)).isBetween(0.5, UNIFORM_LOSS - 1);
            assertThat(row.getLong(3)).isEqualTo(row.getString(1).length() - 1);
        });
    }

    @Test
    void aRowWithNothingToPredictScoresNull() {
        Map<Integer, Row> scored = TrainedModel.byId(model.transform(TrainedModel.texts(null, "", "a", "ab")));

        for (int nothing : new int[] {0, 1, 2}) {
            assertThat(scored.get(nothing).isNullAt(2)).isTrue();
            assertThat(scored.get(nothing).getLong(3)).isZero();
        }
        assertThat(scored.get(3).getLong(3)).isOne();
        assertThat(scored.get(3).getDouble(2)).isPositive();
    }

    @Test
    void aRowLongerThanTheContextIsScoredInConsecutiveWindows() {
        assertThat(LONG).hasSizeBetween(2 * TrainedModel.CONTEXT + 2, 3 * TrainedModel.CONTEXT);
        int context = TrainedModel.CONTEXT;

        Map<Integer, Row> scored = TrainedModel.byId(model.transform(TrainedModel.texts(
                LONG,
                LONG.substring(0, context + 1),
                LONG.substring(context, 2 * context + 1),
                LONG.substring(2 * context))));

        int rest = LONG.length() - 2 * context - 1;
        double expected = (context * scored.get(1).getDouble(2)
                        + context * scored.get(2).getDouble(2)
                        + rest * scored.get(3).getDouble(2))
                / (LONG.length() - 1);
        assertThat(scored.get(0).getDouble(2)).isCloseTo(expected, within(1e-5));
        assertThat(scored.get(0).getLong(3)).isEqualTo(LONG.length() - 1);
    }

    @Test
    void theLossOfARowDoesNotDependOnItsBatch() {
        Dataset<Row> frame = TrainedModel.texts("short", LONG, "of another length", "x", LONG + LONG)
                .coalesce(1);

        Map<Integer, Row> alone = TrainedModel.byId(
                model.copy(model.extractParamMap()).setBatchSize(1).transform(frame));
        Map<Integer, Row> together = TrainedModel.byId(model.transform(frame));

        together.forEach((id, row) -> {
            assertThat(row.getLong(3)).isEqualTo(alone.get(id).getLong(3));
            if (!row.isNullAt(2)) {
                assertThat(row.getDouble(2)).isCloseTo(alone.get(id).getDouble(2), within(1e-5));
            }
        });
    }

    @Test
    void readyTokenIdsScoreAsTheirText() {
        StructType schema = StructType.fromDDL("id INT, ids ARRAY<BIGINT>");
        List<Long> ids =
                Arrays.stream(ByteTokenizer.encode(LONG)).asLongStream().boxed().toList();
        Dataset<Row> frame = LocalSpark.session().createDataFrame(List.of(RowFactory.create(0, ids)), schema);

        Row row = TrainedModel.byId(
                        model.copy(model.extractParamMap()).setInputCol("ids").transform(frame))
                .get(0);

        assertThat(row.getDouble(2))
                .isEqualTo(TrainedModel.byId(model.transform(TrainedModel.texts(LONG)))
                        .get(0)
                        .getDouble(2));
    }

    @Test
    void anIdOutsideTheVocabularyIsRefused() {
        StructType schema = StructType.fromDDL("text ARRAY<INT>");
        Dataset<Row> frame = LocalSpark.session().createDataFrame(List.of(RowFactory.create(List.of(1, 257))), schema);

        assertThatThrownBy(() -> model.transform(frame).collectAsList())
                .hasMessageContaining("Cannot score token id 257: the model's ids are from 0 to 256.");
    }

    @Test
    void theFolderOfARunIsThereAsLongAsAnythingRefersToItsWeights() throws Exception {
        MicsModel other = TrainedModel.estimator()
                .setMaxSteps(2)
                .setWorkDirectory(folder.toString())
                .fit(TrainedModel.frame());
        Dataset<Row> lazy = other.copy(other.extractParamMap()).transform(TrainedModel.frame());
        other = null;
        System.gc();

        assertThat(lazy.count()).isEqualTo(60);
        assertThat(TrainedModel.byId(lazy)).hasSize(60);
        assertThat(folder).isNotEmptyDirectory();
        lazy = null;
        // Whatever Spark still remembers of its last jobs.
        TrainedModel.texts("another").count();
        await().atMost(Duration.ofMinutes(1)).until(() -> {
            System.gc();
            return folder.toFile().list().length == 0;
        });
    }

    @Test
    void aTextGoesOnTheSameWayForTheSameSeed() {
        String text = model.generate("the qu", 3 * TrainedModel.CONTEXT, new Sampling(1, 0, 7));

        assertThat(text).startsWith("the qu").hasSizeGreaterThan(6);
        assertThat(model.generate("the qu", 3 * TrainedModel.CONTEXT, 1, 0, 7)).isEqualTo(text);
        assertThat(model.generate("the qu", 3 * TrainedModel.CONTEXT, 1, 0, 8)).isNotEqualTo(text);
        assertThat(model.generate("the qu", 0)).isEqualTo("the qu");
    }

    @Test
    void aModelWithoutWeightsSaysSo() {
        MicsModel empty = new MicsModel().setModel(estimator.getModel());

        assertThat(empty).hasToString("MicsModel: uid=" + empty.uid() + ", without weights");
        assertThatThrownBy(() -> empty.transform(TrainedModel.frame()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Cannot use the model: it has no weights. Train or load one instead of constructing it.");
    }

    @Test
    void aCopyScoresTheSame() {
        Transformer copy = model.copy(model.extractParamMap());

        assertThat(TrainedModel.byId(copy.transform(TrainedModel.frame())))
                .isEqualTo(TrainedModel.byId(model.transform(TrainedModel.frame())));
    }
}

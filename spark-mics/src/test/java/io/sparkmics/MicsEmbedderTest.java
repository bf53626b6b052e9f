package io.sparkmics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.data.ByteTokenizer;
import io.sparkmics.model.bert.Bert;
import io.sparkmics.model.bert.BertConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Vectors of a BERT that is trained here, of text and of ids. */
@Tag("cluster")
class MicsEmbedderTest {

    private static final BertConfig SMALL =
            Bert.config().layers(1).heads(2).width(16).positions(32);

    /** Of many lengths, longer than the context too. */
    private static final String[] TEXTS = IntStream.range(0, 50)
            .mapToObj(i -> "the quick brown fox jumps over the lazy dog".substring(0, 1 + i * 7 % 43))
            .toArray(String[]::new);

    @TempDir
    static Path folder;

    private static MicsModel trained;

    @BeforeAll
    static void train() throws IOException {
        trained = TrainedModel.estimator().setModel(SMALL).fit(TrainedModel.frame());
        trained.write().save(folder.resolve("model").toString());
    }

    private static MicsEmbedder embedder() {
        return new MicsEmbedder().setModelFolder(folder.resolve("model").toString());
    }

    private static List<double[]> vectors(Dataset<Row> frame) {
        return frame.orderBy("id").select("embedding").collectAsList().stream()
                .map(row -> row.<Vector>getAs(0))
                .map(vector -> vector == null ? null : vector.toArray())
                .toList();
    }

    /** The hidden tokens of bytes that repeat themselves are soon guessed better than by chance. */
    @Test
    void itLearnsToGuessHiddenTokens() {
        assertThat(trained.summary().firstLoss()).isCloseTo(Math.log(258), within(0.5));
        assertThat(trained.summary().finalLoss()).isLessThan(trained.summary().firstLoss() - 0.5);
        assertThat(MicsModel.load(folder.resolve("model").toString()).getModel())
                .isEqualTo(SMALL);
    }

    @Test
    void aRowHasItsVectorInWhateverBatchItComesAndAllElseStays() {
        Dataset<Row> frame = TrainedModel.texts(TEXTS);
        Dataset<Row> embedded = embedder().setBatchSize(8).transform(frame);

        List<double[]> vectors = vectors(embedded);
        List<double[]> alone = vectors(embedder().setBatchSize(1).transform(frame));
        for (int row = 0; row < TEXTS.length; row++) {
            assertThat(vectors.get(row)).as(TEXTS[row]).hasSize(16).containsExactly(alone.get(row), within(1e-5));
        }
        assertThat(embedded.schema().fieldNames()).containsExactly("id", "text", "embedding");
        assertThat(embedded.select("id", "text").collectAsList())
                .isEqualTo(frame.select("id", "text").collectAsList());
        assertThat(vectors.get(0)).isNotEqualTo(vectors.get(1));
        assertThat(vectors(embedder().setPooling("first").transform(frame)).get(5))
                .isNotEqualTo(vectors.get(5));
    }

    @Test
    void idsAreReadAsTheTextThatTheyAreOf() {
        Dataset<Row> frame = TrainedModel.texts(TEXTS[3], TEXTS[6]);
        Dataset<Row> ids = new MicsTokenizer()
                .setTokenizer(folder.resolve("model").toString())
                .setOutputCol("ids")
                .transform(frame);

        List<double[]> ofIds = vectors(embedder().setInputCol("ids").transform(ids));
        List<double[]> ofText = vectors(embedder().setAddSpecialTokens(false).transform(frame));

        assertThat(ByteTokenizer.encode(TEXTS[6])).hasSizeGreaterThan(SMALL.context());
        for (int row = 0; row < 2; row++) {
            assertThat(ofIds.get(row)).containsExactly(ofText.get(row));
        }
    }

    @Test
    void whereThereIsNoTokenThereIsNoVector() {
        Dataset<Row> frame = TrainedModel.texts("", "a")
                .withColumn("text", functions.expr("if(id = 0, cast(null as string), text)"));

        List<double[]> vectors = vectors(embedder().transform(frame));

        assertThat(vectors.get(0)).isNull();
        assertThat(vectors.get(1)).hasSize(16);
        assertThat(vectors(embedder().transform(TrainedModel.texts("")))).containsExactly((double[]) null);
    }

    @Test
    void aSavedPipelineMakesTheSameVectors() throws IOException {
        Dataset<Row> frame = TrainedModel.texts(TEXTS);
        PipelineModel pipeline = new Pipeline()
                .setStages(new PipelineStage[] {embedder().setPooling("first")})
                .fit(frame);
        String path = folder.resolve("pipeline").toString();
        pipeline.write().save(path);

        List<double[]> again = vectors(PipelineModel.load(path).transform(frame));

        List<double[]> vectors = vectors(pipeline.transform(frame));
        for (int row = 0; row < TEXTS.length; row++) {
            assertThat(again.get(row)).containsExactly(vectors.get(row), within(1e-6));
        }
    }

    @Test
    void aClassifierAndARegressorStartFromTheEncoder() {
        Dataset<Row> rows = new MicsTokenizer()
                .setTokenizer(folder.resolve("model").toString())
                .setOutputCol("ids")
                .transform(TrainedModel.texts(TEXTS))
                .selectExpr("id", "text", "ids", "cast(length(text) > 20 as double) label");

        MicsClassificationModel classifier =
                quick(new MicsClassifier()).setFeaturesCol("ids").fit(rows);
        MicsRegressionModel regressor =
                quick(new MicsRegressor()).setFeaturesCol("ids").fit(rows);

        assertThat(classifier.getModel()).isEqualTo(SMALL.classifier().withOutputs(2));
        assertThat(regressor.getModel()).isEqualTo(SMALL.regressor());
        assertThat(classifier.summary().finalLoss())
                .isLessThan(classifier.summary().firstLoss());
        assertThat(regressor.summary().finalLoss())
                .isLessThan(regressor.summary().firstLoss());
        assertThat(classifier.transform(rows).select("prediction").distinct().collectAsList())
                .allMatch(row -> row.getDouble(0) == 0 || row.getDouble(0) == 1);
    }

    private static <E extends TrainingEstimator<E, ?>> E quick(E estimator) {
        return estimator
                .setInitialModel(folder.resolve("model").toString())
                .setNumWorkers(2)
                .setPartitionGroupSize(2)
                .setGlobalBatchSize(10)
                .setMicroBatchSize(5)
                .setMaxSteps(20)
                .setLearningRate(1e-2);
    }

    @Test
    void whatIsWrongIsSaidWithTheRemedy() throws IOException {
        Dataset<Row> frame = TrainedModel.texts("a");
        assertThatThrownBy(() -> new MicsEmbedder().transform(frame))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("Cannot embed: no model is set. Call setModelFolder");
        assertThatThrownBy(() -> embedder().setPooling("last"))
                .hasMessageContaining("Cannot set pooling to last: it must be one of mean, first.");
        assertThatThrownBy(
                        () -> embedder().setInputCol("id").setOutputCol("text").transform(frame))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Cannot use 'id' as the input column: its type is int.")
                .hasMessageContaining("Cannot add the column 'text': the frame has one of this name.");
        String gpt = folder.resolve("gpt").toString();
        TrainedModel.estimator()
                .setMaxSteps(1)
                .fit(TrainedModel.frame())
                .write()
                .save(gpt);
        assertThatThrownBy(() -> embedder().setModelFolder(gpt).transform(frame))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Cannot make vectors with a Gpt: it is no encoder.");
        assertThatThrownBy(() -> embedder()
                        .setInputCol("ids")
                        .transform(frame.withColumn("ids", functions.expr("array(1, 258)")))
                        .collectAsList())
                .hasMessageContaining("Cannot score token id 258: the model's ids are from 0 to 257.");
    }
}

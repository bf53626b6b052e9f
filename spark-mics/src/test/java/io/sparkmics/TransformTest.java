package io.sparkmics;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.data.ByteTokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.Trigger;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a model does to a frame: two columns more, all others as they were, and nothing that nobody asked for. */
@Tag("cluster")
class TransformTest {

    private static final SparkSession SPARK = LocalSpark.session();

    @TempDir
    Path folder;

    private static MicsModel model;

    @BeforeAll
    static void train() {
        model = TrainedModel.estimator().setMaxSteps(1).fit(TrainedModel.frame());
    }

    @Test
    void everyOtherColumnStaysExactlyAsItIs() {
        SPARK.sql("create table padded (fixed char(5), bounded varchar(5), id int) using parquet location '"
                + folder.resolve("padded").toUri() + "'");
        try {
            SPARK.sql("insert into padded values ('ab', 'cd', 1), (null, null, 2)");
            Dataset<Row> frame = SPARK.table("padded")
                    .select(
                            col("*"),
                            expr("'Text' collate UTF8_LCASE as text"),
                            expr("id as ID"),
                            expr("interval '1-2' year to month as months"),
                            expr("interval '1 02:03:04' day to second as days"),
                            expr("named_struct('a', id, 'b', array(named_struct('c', 'x' collate UNICODE))) as nested"),
                            expr(
                                    "map('k', cast(1.5 as decimal(7,3)), 'c', 2, 'z', 3, 'b', 4, 'y', 5, 'a', null) as `a.``b`"),
                            expr("timestamp_ntz'2020-01-01 00:00:00' as local"),
                            expr("cast(null as void) as nothing"),
                            expr("parse_json('[1]') as variant"),
                            expr("cast(X'80FF41' as string) as raw"),
                            expr("date'1582-10-09' as `in no calendar of Java's`"),
                            expr("timestamp'1582-10-09 01:02:03.456789' as moment"),
                            col("id").as("labelled", Metadata.fromJson("{\"label\": [1, 2]}")));

            Dataset<Row> scored = model.transform(frame);

            assertThat(scored.schema()).isEqualTo(model.transformSchema(frame.schema()));
            assertThat(Arrays.copyOf(scored.schema().fields(), frame.columns().length))
                    .containsExactly(frame.schema().fields());
            assertThat(scored.schema().fields()[15].metadata().getLongArray("label"))
                    .containsExactly(1, 2);
            assertThat(scored.select("loss", "tokenCount").collectAsList())
                    .hasSize(2)
                    .allMatch(row -> row.getDouble(0) > 0 && row.getLong(1) == 3);
            assertThat(withoutLast(2, scored)).containsExactlyInAnyOrderElementsOf(withoutLast(0, frame));
            String[] exactly = {
                "hex(raw)", "unix_date(`in no calendar of Java's`)", "unix_micros(moment)", "to_json(`a.``b`)"
            };
            assertThat(scored.selectExpr(exactly).distinct().collectAsList())
                    .isEqualTo(frame.selectExpr(exactly).distinct().collectAsList());
        } finally {
            SPARK.sql("drop table padded");
        }
    }

    private static List<String> withoutLast(int columns, Dataset<Row> frame) {
        return frame.collectAsList().stream()
                .map(row -> row.toSeq().dropRight(columns).mkString("|"))
                .toList();
    }

    @Test
    void nothingIsComputedBeforeSomebodyAsks() throws IOException {
        Path saved = folder.resolve("model");
        model.write().save(saved.toString());
        MicsModel loaded = MicsModel.load(saved.toString());
        Dataset<Row> scored = loaded.transform(TrainedModel.texts("ab", "abc"));
        Files.delete(saved.resolve("huggingface/model.safetensors"));

        scored.filter("loss > 0").explain();
        assertThatThrownBy(() -> scored.select("loss").collectAsList()).hasStackTraceContaining("model.safetensors");
    }

    /** A row that cannot be scored fails who scores it: it has to be left out before. */
    @Test
    void aRowThatCannotBeScoredEndsTheQuery() {
        Dataset<Row> frame =
                SPARK.range(3).select(col("id"), expr("array(1, 2, 999 * id)").as("text"));

        assertThatThrownBy(() -> model.transform(frame).filter("loss > 0").collectAsList())
                .hasStackTraceContaining("Cannot score token id 999");
        assertThat(model.transform(frame.filter("id = 0")).filter("loss > 0").count())
                .isOne();
    }

    @Test
    void noRowIsScoredTwice() {
        Dataset<Row> texts = SPARK.range(60).select(expr("concat('document ', id) as text"));
        Dataset<Row> sorted = model.transform(texts.orderBy("text"));
        Dataset<Row> chosen = sorted.filter("loss > 1 and loss < 100")
                .withColumn("perplexity", expr("exp(loss)"))
                .filter("perplexity > 2");

        assertThat(chosen.queryExecution().optimizedPlan().toString()).containsOnlyOnce("MapPartitions ");
        assertThat(chosen.count()).isEqualTo(60);
    }

    /** Of texts of many lengths, some longer than the context, in whatever batches. */
    @Test
    void aRowsLossDoesNotDependOnItsNeighbours() {
        Dataset<Row> texts =
                SPARK.range(0, 40, 1, 1).select(col("id"), expr("repeat('ab ', cast(id * 7 % 13 as int)) as text"));
        List<Row> alone = model.copy(model.extractParamMap())
                .setBatchSize(1)
                .transform(texts)
                .collectAsList();
        List<Row> together = model.copy(model.extractParamMap())
                .setBatchSize(7)
                .transform(texts)
                .collectAsList();

        assertThat(together)
                .extracting(row -> row.getLong(0))
                .isEqualTo(LongStream.range(0, 40).boxed().toList());
        for (int i = 0; i < alone.size(); i++) {
            assertThat(together.get(i).getLong(3)).isEqualTo(alone.get(i).getLong(3));
            if (alone.get(i).isNullAt(2)) {
                assertThat(together.get(i).isNullAt(2)).isTrue();
            } else {
                assertThat(together.get(i).getDouble(2)).isCloseTo(alone.get(i).getDouble(2), within(1e-6));
            }
        }
    }

    @Test
    void namesAreFoundBySparksRuleInFitAndTransform() {
        Dataset<Row> frame = TrainedModel.frame().withColumnRenamed("text", "Text");
        Dataset<Row> two = frame.withColumn("other", col("Text")).toDF("id", "Text", "TEXT");
        String both = "Cannot tell which is the input column 'text': Text and TEXT are of this name.";

        assertThat(model.transform(frame).count()).isEqualTo(60);
        assertThat(TrainedModel.estimator().setMaxSteps(1).fit(frame).summary().data())
                .containsEntry("trainingDocuments", 60L);
        assertThatThrownBy(() -> model.transform(two)).hasMessageStartingWith(both);
        assertThatThrownBy(() -> TrainedModel.estimator().fit(two)).hasMessageStartingWith(both);
        SPARK.conf().set("spark.sql.caseSensitive", true);
        try {
            String none = "Cannot find the input column 'text': the columns are id, Text, TEXT.";
            assertThatThrownBy(() -> model.transform(two)).hasMessage(none);
            assertThatThrownBy(() -> TrainedModel.estimator().fit(two)).hasMessage(none);
            MicsModel other =
                    model.copy(model.extractParamMap()).setInputCol("TEXT").setLossCol("ID");
            assertThat(other.transform(two).columns()).containsExactly("id", "Text", "TEXT", "ID", "tokenCount");
        } finally {
            SPARK.conf().unset("spark.sql.caseSensitive");
        }
    }

    @Test
    void columnsThatNobodyNamesMayBeOfOneNameInFitToo() {
        Dataset<Row> frame =
                TrainedModel.frame().withColumn("other", expr("id + 1")).toDF("id", "text", "ID");

        MicsModel fitted = TrainedModel.estimator().setMaxSteps(1).fit(frame);

        assertThat(fitted.transform(frame).first().size()).isEqualTo(5);
    }

    @Test
    void theResultIsJoinedWithItselfAndWithWhatItWasMadeOf() {
        Dataset<Row> frame = TrainedModel.texts("abc", "abcd");
        Dataset<Row> scored = model.transform(frame);
        MicsModel other = model.copy(model.extractParamMap()).setLossCol("l").setTokenCountCol("t");

        assertThat(scored.as("a")
                        .join(scored.as("b"), expr("a.id = b.id"))
                        .filter("a.loss = b.loss")
                        .count())
                .isEqualTo(2);
        assertThat(scored.join(frame, "id").filter("loss > 0").count()).isEqualTo(2);
        assertThat(other.transform(scored).filter("l = loss and t = tokenCount").count())
                .isEqualTo(2);
    }

    @Test
    void aColumnNameMayHoldDotsAndBackticks() {
        MicsModel named = model.copy(model.extractParamMap())
                .setInputCol("a.`b")
                .setLossCol("l.`o")
                .setTokenCountCol("t.`c");

        Dataset<Row> scored = named.transform(TrainedModel.texts("abc").toDF("id", "a.`b"));

        assertThat(scored.columns()).containsExactly("id", "a.`b", "l.`o", "t.`c");
        assertThat(scored.select("`t.``c`").first().getLong(0)).isEqualTo(2);
    }

    @Test
    void whatIsNotUtf8IsTheSameBytesInFitAndTransform() throws IOException {
        byte[] latin = "Größe, naïveté, déjà vu. ".repeat(20).substring(0, 460).getBytes(StandardCharsets.ISO_8859_1);
        Files.write(folder.resolve("latin1.txt"), latin);
        Dataset<Row> texts =
                SPARK.read().option("wholetext", true).text(folder.toString()).toDF("text");
        int[] bytes = ByteTokenizer.encode(latin);
        Dataset<Row> ids = SPARK.createDataFrame(
                List.of(RowFactory.create((Object) bytes)), StructType.fromDDL("text ARRAY<INT>"));

        Row scored = model.transform(texts).select("loss", "tokenCount").first();

        assertThat(TrainedModel.estimator().setMaxSteps(1).fit(texts).summary().data())
                .containsEntry("trainingTokens", 461L);
        assertThat(scored.getLong(1)).isEqualTo(459);
        assertThat(scored)
                .isEqualTo(model.transform(ids).select("loss", "tokenCount").first());
    }

    @Test
    void idsThatPredictNothingHaveNoLoss() {
        StructType schema = StructType.fromDDL("id INT, text ARRAY<INT>");
        Dataset<Row> frame = SPARK.createDataFrame(
                List.of(
                        RowFactory.create(0, null),
                        RowFactory.create(1, List.of()),
                        RowFactory.create(2, List.of(5)),
                        RowFactory.create(3, List.of(5, 6))),
                schema);

        List<Row> scored = model.transform(frame).orderBy("id").collectAsList();

        assertThat(scored).extracting(row -> row.getLong(3)).containsExactly(0L, 0L, 0L, 1L);
        assertThat(scored).extracting(row -> row.isNullAt(2)).containsExactly(true, true, true, false);
        Dataset<Row> gap = SPARK.createDataFrame(List.of(RowFactory.create(0, Arrays.asList(1, null))), schema);
        assertThatThrownBy(() -> model.transform(gap).collectAsList())
                .hasStackTraceContaining("Cannot score token id null: the model's ids are from 0 to 256.");
    }

    @Test
    void aStreamIsScoredToo() throws Exception {
        Path input = Files.createDirectory(folder.resolve("input"));
        Files.writeString(input.resolve("texts.txt"), "abc\nab\n");
        Dataset<Row> stream = SPARK.readStream().text(input.toString()).toDF("text");

        StreamingQuery query = model.transform(stream)
                .filter("loss > 0")
                .writeStream()
                .format("memory")
                .queryName("scored")
                .option("checkpointLocation", folder.resolve("checkpoint").toString())
                .trigger(Trigger.AvailableNow())
                .start();
        query.processAllAvailable();
        query.stop();

        assertThat(SPARK.table("scored")
                        .as(Encoders.row(model.transformSchema(stream.schema())))
                        .collectAsList())
                .extracting(row -> row.getString(0) + row.getLong(2))
                .containsExactlyInAnyOrder("abc2", "ab1");
    }

    @Test
    void aPipelineThatWasLoadedScoresAFrameOfStructs() throws IOException {
        Dataset<Row> frame = TrainedModel.frame()
                .select(expr("named_struct('id', id, 'more', array(id))").as("doc"), col("text"));
        PipelineModel fitted = new Pipeline()
                .setStages(new PipelineStage[] {TrainedModel.estimator().setMaxSteps(1)})
                .fit(frame);
        fitted.write().save(folder.resolve("pipeline").toString());

        PipelineModel loaded = PipelineModel.load(folder.resolve("pipeline").toString());

        assertThat(loaded.transform(frame).schema()).isEqualTo(loaded.transformSchema(frame.schema()));
        assertThat(loaded.transform(frame).orderBy("doc.id").collectAsList())
                .isEqualTo(fitted.transform(frame).orderBy("doc.id").collectAsList());
    }
}

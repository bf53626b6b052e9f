package io.sparkmics.data;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.sparkmics.model.InputColumn;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rows that are sequences of their own: whole, in an order that depends on content, seed and global batch size only. */
final class RowBatchesTest {

    private static final List<RowColumn> COLUMNS = List.of(
            new RowColumn("text", RowColumn.Role.FEATURES, InputColumn.tokens("text", 4), 257),
            new RowColumn("numbers", RowColumn.Role.FEATURES, InputColumn.vector("numbers", 2), 0),
            new RowColumn("label", RowColumn.Role.LABEL, InputColumn.category("label"), 5),
            RowColumn.weight("weight"));

    private SparkSession spark = LocalSpark.session("local[2]");

    @AfterEach
    void stop() throws IOException {
        spark.close();
    }

    private static DataSettings settings(List<RowColumn> columns, long seed) {
        return new DataSettings("", Optional.of("held_out"), 4, 257, seed, OptionalInt.empty(), columns);
    }

    /** Row i has i in all of its columns; every tenth is held out, and 5 is there three times. */
    private Dataset<Row> frame() {
        Dataset<Row> rows = spark.range(40)
                .selectExpr(
                        "substring('abcdefg', 1, int(id % 7)) as text",
                        "array(float(id), -id / 2) as numbers",
                        "id % 5 as label",
                        "1 + id % 3 as weight",
                        "id % 10 = 9 as held_out");
        Dataset<Row> five = rows.where("numbers[0] = 5");
        return rows.union(five).union(five);
    }

    private static int[] words(int id) {
        int[] words = new int[8];
        byte[] text = "abcdefg".substring(0, id % 7).getBytes(StandardCharsets.UTF_8);
        Arrays.setAll(words, i -> i < Math.min(4, text.length) ? text[i] : -1);
        words[4] = Float.floatToIntBits(id);
        words[5] = Float.floatToIntBits(-id / 2f);
        words[6] = id % 5;
        words[7] = Float.floatToIntBits(1 + id % 3);
        return words;
    }

    private static Map<String, Long> counted(List<Batches.Read> reads, boolean validation) {
        return reads.stream()
                .filter(read -> read.validation() == validation && read.slot() >= 0)
                .collect(Collectors.groupingBy(Batches.Read::tokens, TreeMap::new, Collectors.counting()));
    }

    @Test
    void anEpochHasEveryRowAsItIsAndAsOftenAsItIs() {
        TokenData data = TokenData.prepare(frame(), settings(COLUMNS, 7));

        List<Batches.Read> reads = Batches.read(data, Batches.schedule(1, 19, 1, 2));

        Map<String, Long> training = IntStream.range(0, 40)
                .filter(id -> id % 10 != 9)
                .boxed()
                .collect(Collectors.toMap(id -> Arrays.toString(words(id)), id -> id == 5 ? 3L : 1L));
        assertThat(data.counts().trainingSequences()).isEqualTo(38);
        assertThat(counted(reads, false)).isEqualTo(training);
        assertThat(counted(reads, true).keySet())
                .isEqualTo(IntStream.of(9, 19, 29, 39)
                        .mapToObj(id -> Arrays.toString(words(id)))
                        .collect(Collectors.toSet()));
    }

    @Test
    void aRowCountsItsWeightOverTheMeanOfAllTrainingRows() {
        TokenData data = TokenData.prepare(frame(), settings(COLUMNS, 7));
        double mean = (IntStream.range(0, 40)
                                .filter(id -> id % 10 != 9)
                                .map(id -> 1 + id % 3)
                                .sum()
                        + 2 * 3)
                / 38.0;

        List<Batches.Read> reads = Batches.read(data, Batches.schedule(1, 19, 1, 2)).stream()
                .filter(read -> !read.validation())
                .toList();

        for (Batches.Read read : reads) {
            int bits = Integer.parseInt(read.tokens().replaceFirst(".*, (\\d+)]$", "$1"));
            assertThat(read.weight()).isCloseTo(Float.intBitsToFloat(bits) / mean, within(1e-6));
        }
        assertThat(reads.stream().mapToDouble(Batches.Read::weight).sum()).isCloseTo(38, within(1e-4));
    }

    @Test
    void neitherPartitionsNorTheWorldSizeChangeTheBatchesButTheSeedDoes() {
        TokenData data = TokenData.prepare(frame(), settings(COLUMNS, 7));
        Map<String, String> expected = Batches.byPlace(Batches.read(data, Batches.schedule(1, 12, 1, 9)));

        for (Dataset<Row> other :
                List.of(frame().repartition(9), frame().orderBy(col("text").desc()))) {
            TokenData same = TokenData.prepare(other, settings(COLUMNS, 7));
            assertThat(same.fingerprint()).isEqualTo(data.fingerprint());
            for (int world : new int[] {2, 4}) {
                assertThat(Batches.byPlace(Batches.read(same, Batches.schedule(world, 12, 3, 9))))
                        .isEqualTo(expected);
            }
        }
        TokenData seeded = TokenData.prepare(frame(), settings(COLUMNS, 8));
        assertThat(Batches.byPlace(Batches.read(seeded, Batches.schedule(1, 12, 1, 9))))
                .isNotEqualTo(expected);
        TokenData changed = TokenData.prepare(frame().withColumn("label", lit(1)), settings(COLUMNS, 7));
        assertThat(changed.fingerprint()).isNotEqualTo(data.fingerprint());
    }

    @Test
    void withoutAWeightEveryRowCountsOne() {
        TokenData data = TokenData.prepare(frame(), settings(COLUMNS.subList(0, 3), 7));

        assertThat(Batches.read(data, Batches.schedule(2, 12, 3, 3)))
                .filteredOn(read -> read.slot() >= 0)
                .allMatch(read -> read.weight() == 1);
        assertThat(data.counts().describe(2))
                .isEqualTo("38 training rows, 4 validation rows. Left out: 2 rows behind the last global batch.");
    }

    @Test
    void idsAreCutOffPaddedAndChecked() {
        List<RowColumn> ids = List.of(new RowColumn("ids", RowColumn.Role.FEATURES, InputColumn.tokens("ids", 3), 10));
        RowEncoder encoder = new RowEncoder(ids);
        Dataset<Row> frame = spark.sql(
                "select * from values (array(1, 2)), (array(3, 4, 5, 6)), (array()), (array(7, 10)), (array(1, null))"
                        + " as t(ids)");

        List<Row> rows = frame.select(encoder.struct(frame.schema())).collectAsList();

        assertThat(encoder.encode(rows.get(0).getStruct(0))).containsExactly(1, 2, -1);
        assertThat(encoder.encode(rows.get(1).getStruct(0))).containsExactly(3, 4, 5);
        assertThat(encoder.encode(rows.get(2).getStruct(0))).containsExactly(-1, -1, -1);
        assertThatThrownBy(() -> encoder.encode(rows.get(3).getStruct(0)))
                .hasMessage(
                        "Cannot predict: column 'ids', the features, has a token id out of range in a row, for example"
                                + " 10. The model's ids are from 0 to 9: make them with its tokenizer, or set a larger vocabulary.");
        assertThatThrownBy(() -> encoder.encode(rows.get(4).getStruct(0)))
                .hasMessageContaining("has a null element in a row");
    }

    @Test
    void weightsOfZeroAreNoTrainingAndNoEvaluation() {
        String noTraining =
                "Cannot train: the weights of all training rows are 0 in single precision. Give larger ones.";
        String noEvaluation =
                "Cannot evaluate on the rows that column 'held_out' is true for: the weights of all of them are 0"
                        + " in single precision. Give larger ones, or unset validationIndicatorCol and evaluateEvery.";

        // In single precision, 1e-50 is 0.
        assertThatThrownBy(() -> TokenData.prepare(weighted("if(held_out, 1, 1e-50)"), settings(COLUMNS, 7)))
                .hasMessage(noTraining);
        assertThatThrownBy(() -> TokenData.prepare(weighted("if(held_out, 1e-50, 1)"), settings(COLUMNS, 7)))
                .hasMessage(noEvaluation);
        assertThatThrownBy(() -> TokenData.prepare(weighted("0"), settings(COLUMNS, 7)))
                .hasMessage(noTraining + "\n" + noEvaluation);
    }

    private Dataset<Row> weighted(String weight) {
        return frame().withColumn("weight", expr(weight));
    }

    @Test
    void thereMustBeRowsToTrainOnAndWhereRowsAreHeldOutToEvaluate() {
        String noTraining =
                "Cannot train: the frame has no rows to train on (%d validation rows). Give rows that are not held"
                        + " out.";
        String noEvaluation =
                "Cannot evaluate on the rows that column 'held_out' is true for: there are none (%d training"
                        + " rows). Hold out rows, or unset validationIndicatorCol and evaluateEvery.";

        assertThatThrownBy(() -> TokenData.prepare(frame().where("not held_out"), settings(COLUMNS, 7)))
                .hasMessage(noEvaluation, 38);
        assertThatThrownBy(() -> TokenData.prepare(frame().where("held_out"), settings(COLUMNS, 7)))
                .hasMessage(noTraining, 4);
        assertThatThrownBy(() -> TokenData.prepare(frame().limit(0), settings(COLUMNS, 7)))
                .hasMessage(noTraining + "\n" + noEvaluation, 0, 0);
    }
}

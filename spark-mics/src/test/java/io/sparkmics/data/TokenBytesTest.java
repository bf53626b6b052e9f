package io.sparkmics.data;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;
import org.apache.spark.executor.TaskMetrics;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ids are sorted and shuffled in few bytes, and in the order that is promised of them. */
class TokenBytesTest {

    private static SparkSession spark;

    @BeforeAll
    static void start() {
        spark = LocalSpark.session("local[2]");
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    @ParameterizedTest
    @CsvSource({"1, 2", "256, 2", "65536, 2", "65537, 3", "16777216, 3", "16777217, 4", "2147483647, 4"})
    void theWidthIsThatOfTheLargestId(int vocabularySize, int width) {
        TokenBytes bytes = TokenBytes.of(vocabularySize);
        assertThat(bytes.width()).isEqualTo(width);
        byte[] written = new byte[2 * width];
        bytes.put(vocabularySize - 1, written, width);
        assertThat(bytes.get(written, width)).isEqualTo(vocabularySize - 1);
        assertThat(bytes.get(written, 0)).isZero();
    }

    @Test
    void wordsMayBeNegative() {
        byte[] written = new byte[4];
        TokenBytes.WORDS.put(-1, written, 0);
        assertThat(TokenBytes.WORDS.get(written, 0)).isEqualTo(-1);
    }

    /** As the README says it: by Spark's hash of seed and ids as bigint, with copies spread. */
    @ParameterizedTest
    @CsvSource({"200", "50257", "200000", "2147483647"})
    void readyIdsAreInTheOrderOfTheirHashAsBigint(int vocabularySize) {
        Dataset<Row> copies = ids(vocabularySize, 40, 5)
                .withColumn("n", expr("explode(sequence(1L, 3L))"))
                .cache();
        DataSettings settings = settings(vocabularySize);

        TokenBytes bytes = TokenBytes.of(vocabularySize);
        List<List<Integer>> found = Documents.inCanonicalOrder(copies, settings).collectAsList().stream()
                .map(row -> read(bytes, row.getAs(Documents.DOCUMENT)))
                .toList();

        List<List<Integer>> expected = copies
                .withColumn("wide", col("ids").cast("array<bigint>"))
                .withColumn("h", expr("xxhash64(7L, wide)"))
                .orderBy(expr("if(n = 1, h, xxhash64(h, n))"))
                .collectAsList()
                .stream()
                .map(row -> row.<Integer>getList(0))
                .toList();
        assertThat(found).hasSize(120).isEqualTo(expected);
    }

    /** Two sorts and the shuffle to the ranks, of ids that cannot be compressed. */
    @Test
    void aTokenOfSmallVocabulariesCrossesEachShuffleInTwoBytes() throws Exception {
        Dataset<Row> frame = ids(65536, 200, 500);
        AtomicLong shuffled = sum(metrics -> metrics.shuffleWriteMetrics().bytesWritten());

        TokenData data = TokenData.prepare(frame, settings(65536));
        Batches.read(data, Batches.schedule(2, 4, 2, data.counts().trainingSequences() / 4));

        spark.sparkContext().listenerBus().waitUntilEmpty();
        assertThat(shuffled.get() / (double) data.counts().trainingTokens()).isBetween(5.5, 6.8);
    }

    /** Spark collects a sample of what it cuts ranges by: with all documents in it, this would be 2 MB. */
    @Test
    void theDriverIsSentNoDocuments() throws Exception {
        Dataset<Row> frame = ids(65536, 200, 5000);
        AtomicLong sent = sum(TaskMetrics::resultSize);

        TokenData data = TokenData.prepare(frame, settings(65536));

        spark.sparkContext().listenerBus().waitUntilEmpty();
        assertThat(data.counts().trainingTokens()).isEqualTo(1_000_000);
        assertThat(sent.get()).isBetween(1L, 200_000L);
    }

    /** Of all tasks from now on. */
    private static AtomicLong sum(ToLongFunction<TaskMetrics> metric) {
        AtomicLong sum = new AtomicLong();
        spark.sparkContext().addSparkListener(new SparkListener() {
            @Override
            public void onTaskEnd(SparkListenerTaskEnd end) {
                sum.addAndGet(metric.applyAsLong(end.taskMetrics()));
            }
        });
        return sum;
    }

    private static DataSettings settings(int vocabularySize) {
        return new DataSettings("ids", Optional.empty(), 256, vocabularySize, 7, OptionalInt.empty());
    }

    private static Dataset<Row> ids(int vocabularySize, int documents, int length) {
        Random random = new Random(1);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < documents; i++) {
            Integer[] ids = random.ints(length, 0, vocabularySize).boxed().toArray(Integer[]::new);
            ids[i % length] = vocabularySize - 1;
            rows.add(RowFactory.create((Object) ids));
        }
        return spark.createDataFrame(
                rows, new StructType().add("ids", DataTypes.createArrayType(DataTypes.IntegerType)));
    }

    private static List<Integer> read(TokenBytes bytes, byte[] document) {
        Integer[] ids = new Integer[document.length / bytes.width()];
        Arrays.setAll(ids, i -> bytes.get(document, i * bytes.width()));
        return List.of(ids);
    }
}

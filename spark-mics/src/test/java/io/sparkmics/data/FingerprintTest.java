package io.sparkmics.data;

import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.plan.TrainingSchedule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What tells whether a run goes on with the data that it began with. */
class FingerprintTest {

    private static final DataSettings SETTINGS = settings(7);

    private static SparkSession spark;

    @BeforeAll
    static void start() {
        spark = LocalSpark.session("local[2]");
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    private static DataSettings settings(long seed) {
        return DataSettings.of("text", Optional.of("held_out"), 16, ByteTokenizer.VOCABULARY_SIZE, seed);
    }

    /** These to train on, and one that is held out. */
    private static Dataset<Row> frame(String... documents) {
        return LocalSpark.texts(spark, documents)
                .withColumn("held_out", lit(false))
                .union(LocalSpark.texts(spark, "held out").withColumn("held_out", lit(true)));
    }

    private static String of(Dataset<Row> frame) {
        return TokenData.prepare(frame, SETTINGS).fingerprint();
    }

    @Test
    void neitherTheOrderOfRowsNorPartitionsFilesOrSparksCoalescingMatters(@TempDir Path folder) {
        String[] documents = LocalSpark.documents(60);
        String expected = of(frame(documents));
        assertThat(expected).matches("[0-9a-f]{16}");
        List<String> shuffled = new ArrayList<>(Arrays.asList(documents));
        Collections.shuffle(shuffled, new Random(1));
        assertThat(of(frame(shuffled.toArray(String[]::new)))).isEqualTo(expected);
        String files = folder.resolve("rows").toString();
        frame(documents).repartition(9).write().parquet(files);
        try {
            for (int partitions : new int[] {1, 12}) {
                spark.conf().set("spark.sql.shuffle.partitions", partitions);
                for (boolean coalesce : new boolean[] {false, true}) {
                    spark.conf().set("spark.sql.adaptive.coalescePartitions.enabled", coalesce);
                    assertThat(of(spark.read().parquet(files))).isEqualTo(expected);
                }
            }
            spark.conf().set("spark.sql.adaptive.enabled", false);
            assertThat(of(frame(documents).coalesce(1))).isEqualTo(expected);
        } finally {
            spark.conf().set("spark.sql.adaptive.enabled", true);
            spark.conf().set("spark.sql.adaptive.coalescePartitions.enabled", false);
            spark.conf().set("spark.sql.shuffle.partitions", 4);
        }
    }

    @Test
    void rowsWithoutTokensDoNotMatter() {
        assertThat(of(frame("ab", null, "", "cd"))).isEqualTo(of(frame("ab", "cd")));
    }

    @Test
    void oneTokenOneFlagOneCopyAndAnotherSeedMatter() {
        String[] documents = LocalSpark.documents(20);
        Dataset<Row> frame = frame(documents);
        String expected = of(frame);
        for (int i = 0; i < documents.length; i += 11) {
            String[] other = documents.clone();
            other[i] = other[i].replaceFirst("д", "е");
            assertThat(of(frame(other))).isNotEqualTo(expected);
            assertThat(of(frame.withColumn(
                            "held_out",
                            when(frame.col("text").equalTo(documents[i]), true).otherwise(frame.col("held_out")))))
                    .isNotEqualTo(expected);
        }
        assertThat(of(frame.union(frame.filter(frame.col("text").equalTo(documents[3])))))
                .isNotEqualTo(expected);
        assertThat(TokenData.prepare(frame, settings(8)).fingerprint()).isNotEqualTo(expected);
    }

    @Test
    void theSeedMattersWhereThereIsOneDocumentOnly() {
        Dataset<Row> frame = frame("one document, which no seed can put elsewhere");
        assertThat(TokenData.prepare(frame, settings(8)).fingerprint()).isNotEqualTo(of(frame));
    }

    @Test
    void whereOneDocumentEndsMattersThoughNoTokenTells() {
        assertThat(ids(new int[] {1, 1}, new int[] {1})).isNotEqualTo(ids(new int[] {1, 1, 1}));
        assertThat(ids(new int[] {1, 1}, new int[] {1, 1})).isNotEqualTo(ids(new int[] {1, 1, 1}, new int[] {1}));
    }

    private static String ids(int[]... documents) {
        Dataset<Row> frame = spark.createDataFrame(
                Arrays.stream(documents)
                        .map(document -> RowFactory.create(
                                (Object) Arrays.stream(document).boxed().toArray()))
                        .toList(),
                new StructType().add("ids", DataTypes.createArrayType(DataTypes.IntegerType)));
        return TokenData.prepare(frame, new DataSettings("ids", Optional.empty(), 1, 4, 7, OptionalInt.empty()))
                .fingerprint();
    }

    @Test
    void whatSparkShufflesForTheRestOfARunIsTheTailOfTheWholeRun() {
        TokenData data = TokenData.prepare(frame(LocalSpark.documents(60)), SETTINGS);
        TrainingSchedule schedule = Batches.schedule(4, 8, 2, 10);
        List<Batches.Read> whole = Batches.read(data, schedule);
        List<Batches.Read> rest = Batches.read(data, Batches.schedule(2, 8, 1, 10), 7);
        assertThat(Batches.byPlace(rest))
                .isEqualTo(Batches.byPlace(
                        whole.stream().filter(read -> read.step() >= 7).toList()));
        assertThat(data.shuffle(schedule, 10).count()).isZero();
    }
}

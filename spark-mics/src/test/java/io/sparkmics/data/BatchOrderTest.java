package io.sparkmics.data;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.plan.TrainingSchedule;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;

/** The batches depend on data, seed and global batch size, and on nothing else. */
class BatchOrderTest {

    private static final int CONTEXT = 16;
    private static final DataSettings SETTINGS =
            DataSettings.of("text", Optional.of("held_out"), CONTEXT, ByteTokenizer.VOCABULARY_SIZE, 7);

    private static Dataset<Row> frame(SparkSession spark) {
        return LocalSpark.texts(spark, LocalSpark.documents(90))
                .withColumn("held_out", col("text").rlike("[05] "));
    }

    private static Map<String, String> read(Dataset<Row> frame, TrainingSchedule schedule) {
        return Batches.byPlace(Batches.read(TokenData.prepare(frame, SETTINGS), schedule));
    }

    @Test
    void coresPartitionsAndWorldSizeDoNotChangeTheBatches() throws IOException {
        Map<String, String> expected = null;
        List<UnaryOperator<Dataset<Row>>> layouts =
                List.of(rows -> rows, rows -> rows.repartition(7), Dataset::distinct, rows -> rows.coalesce(1));
        for (int cores : new int[] {1, 2, 4}) {
            try (SparkSession spark = LocalSpark.session("local[" + cores + "]")) {
                if (expected == null) {
                    expected = expected(frame(spark), Batches.schedule(1, 16, 4, 30));
                }
                for (UnaryOperator<Dataset<Row>> layout : layouts) {
                    TokenData data = TokenData.prepare(layout.apply(frame(spark)), SETTINGS);
                    for (int world : new int[] {1, 2, 4}) {
                        assertThat(Batches.byPlace(Batches.read(data, Batches.schedule(world, 16, 2, 30))))
                                .isEqualTo(expected);
                    }
                }
            }
        }
    }

    @Test
    void shufflePartitionsAndSparksOwnCoalescingDoNotChangeTheBatches() throws IOException {
        try (SparkSession spark = LocalSpark.session("local[2]")) {
            TrainingSchedule schedule = Batches.schedule(2, 16, 4, 10);
            Map<String, String> expected = expected(frame(spark), schedule);
            for (int partitions : new int[] {1, 3, 40}) {
                spark.conf().set("spark.sql.shuffle.partitions", partitions);
                assertThat(partitionsOf(frame(spark))).isBetween(Math.min(partitions, 3), partitions);
                assertThat(read(frame(spark), schedule)).isEqualTo(expected);
            }
            spark.conf().set("spark.sql.adaptive.coalescePartitions.enabled", true);
            assertThat(partitionsOf(frame(spark))).isLessThan(3);
            assertThat(read(frame(spark), schedule)).isEqualTo(expected);
        }
    }

    private static int partitionsOf(Dataset<Row> frame) {
        return Documents.inCanonicalOrder(frame, SETTINGS).javaRDD().getNumPartitions();
    }

    @Test
    void kryoAndItsRegistrationDoNotChangeTheBatches() throws IOException {
        Map<String, Object> kryo = Map.of(
                "spark.serializer",
                "org.apache.spark.serializer.KryoSerializer",
                "spark.kryo.registrationRequired",
                true);
        List<String> expected;
        try (SparkSession spark = LocalSpark.session("local[2]")) {
            expected = texts(frame(spark));
        }
        try (SparkSession spark = LocalSpark.session("local[2]", kryo)) {
            assertThat(texts(frame(spark))).isEqualTo(expected);
        }
    }

    /** All batches, as each rank reads them: text is all that a Kryo which wants registration takes from tasks. */
    private static List<String> texts(Dataset<Row> frame) throws IOException {
        TokenData data = TokenData.prepare(frame, SETTINGS);
        TrainingSchedule schedule = Batches.schedule(2, 16, 4, 10);
        TokenCounts counts = data.counts();
        return data.shuffle(schedule, 0)
                .mapPartitionsWithIndex(
                        (partition, pieces) -> {
                            BatchReader reader = new BatchReader(schedule, counts, partition, pieces, 0);
                            List<String> batches = new ArrayList<>();
                            for (long i = 0; i < schedule.steps() * schedule.microSteps(); i++) {
                                batches.add(
                                        Arrays.toString(reader.nextTraining().tokens()));
                                while (reader.evaluationDue()) {
                                    batches.add(Arrays.toString(
                                            reader.nextEvaluation().tokens()));
                                }
                            }
                            return batches.iterator();
                        },
                        true)
                .collect();
    }

    @Test
    void anotherSeedGivesOtherBatchesOfTheSameDocuments() throws IOException {
        try (SparkSession spark = LocalSpark.session("local[2]")) {
            TrainingSchedule schedule = Batches.schedule(2, 16, 4, 10);
            DataSettings other =
                    DataSettings.of("text", Optional.of("held_out"), CONTEXT, ByteTokenizer.VOCABULARY_SIZE, 8);
            TokenData data = TokenData.prepare(frame(spark), other);
            assertThat(data.counts())
                    .isEqualTo(TokenData.prepare(frame(spark), SETTINGS).counts());
            assertThat(Batches.byPlace(Batches.read(data, schedule))).isNotEqualTo(read(frame(spark), schedule));
        }
    }

    /** With copies side by side, 198 of these 299 sequences were different. */
    @Test
    void copiesOfRowsAreSpread() throws IOException {
        try (SparkSession spark = LocalSpark.session("local[2]")) {
            Dataset<Row> rows = spark.range(100)
                    .selectExpr("format_string('row %03d of text', id) as text", "explode(sequence(1L, 12L)) as n");
            DataSettings settings = DataSettings.of("text", Optional.empty(), 64, ByteTokenizer.VOCABULARY_SIZE, 7);
            TrainingSchedule epoch = Batches.schedule(1, 299, 1, 1);

            Map<String, String> batches = Batches.byPlace(Batches.read(TokenData.prepare(rows, settings), epoch));

            assertThat(Set.copyOf(batches.values())).hasSize(299);
            Dataset<Row> elsewhere = rows.orderBy(col("n").desc()).repartition(5);
            assertThat(Batches.byPlace(Batches.read(TokenData.prepare(elsewhere, settings), epoch)))
                    .isEqualTo(batches);
            assertThat(texts(Documents.inCanonicalOrder(rows, settings).collectAsList()))
                    .isEqualTo(texts(rows.selectExpr("cast(text as binary) as document", "n")
                            .withColumn("h", expr("xxhash64(7L, document)"))
                            .orderBy(expr("if(n = 1, h, xxhash64(h, n))"))
                            .collectAsList()));
        }
    }

    private static List<String> texts(List<Row> rows) {
        return rows.stream()
                .map(row -> ByteTokenizer.decode(ByteTokenizer.encode(row.<byte[]>getAs(0))))
                .toList();
    }

    @Test
    void manyCopiesAreAsManyAsTheyWere() throws IOException {
        try (SparkSession spark = LocalSpark.session("local[2]")) {
            Dataset<Row> rows = spark.range(5000).selectExpr("'ab' as text", "id % 2 = 1 as held_out");
            assertThat(TokenData.prepare(rows, SETTINGS).counts())
                    .isEqualTo(new TokenCounts(CONTEXT, 2500, 7500, 2500, 7500, 0, 0));
        }
    }

    /** The same by the plainest means: everything on the driver, in lists. */
    private static Map<String, String> expected(Dataset<Row> frame, TrainingSchedule schedule) {
        List<Integer> training = new ArrayList<>();
        List<Integer> validation = new ArrayList<>();
        for (Row row : Documents.inCanonicalOrder(frame, SETTINGS).collectAsList()) {
            List<Integer> tokens = row.getBoolean(1) ? validation : training;
            Arrays.stream(ByteTokenizer.encode(row.<byte[]>getAs(0))).forEach(tokens::add);
            tokens.add(ByteTokenizer.END_OF_TEXT);
        }
        Map<String, String> places = new HashMap<>();
        int sequences = (training.size() - 1) / CONTEXT;
        for (int epoch = 0; epoch * sequences < schedule.sequences(); epoch++) {
            Permutation permutation = new Permutation(SETTINGS.seed(), epoch, sequences);
            for (int g = 0; g < sequences; g++) {
                long place = epoch * sequences + permutation.apply(g);
                if (place < schedule.sequences()) {
                    int batch = schedule.globalBatchSize();
                    places.put(
                            "training " + place / batch + "/" + place % batch,
                            training.subList(g * CONTEXT, g * CONTEXT + CONTEXT + 1)
                                    .toString());
                }
            }
        }
        while (validation.size() % CONTEXT != 1) {
            validation.add(TokenBatch.PADDING);
        }
        schedule.evaluations(0).forEach(step -> {
            for (int g = 0; g < validation.size() / CONTEXT; g++) {
                places.put(
                        "validation " + step + "/" + g,
                        validation
                                .subList(g * CONTEXT, g * CONTEXT + CONTEXT + 1)
                                .toString());
            }
        });
        assertThat(schedule.sequences()).as("several epochs").isGreaterThan(schedule.steps() > 20 ? sequences : 0);
        return places;
    }
}

package io.sparkmics.data;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.udf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.plan.TrainingSchedule;
import java.util.List;
import java.util.Optional;
import org.apache.spark.MapOutputTrackerMaster;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Input that must be computed again, after its shuffle files were lost. */
class ChangedDataTest {

    private static final TrainingSchedule SCHEDULE = Batches.schedule(2, 8, 2, 4);
    private static final DataSettings SETTINGS =
            DataSettings.of("text", Optional.empty(), 16, ByteTokenizer.VOCABULARY_SIZE, 1);

    /** What the rows say; another value is other data. */
    private static volatile String version = "";

    private static SparkSession spark;

    @BeforeAll
    static void start() {
        spark = LocalSpark.session("local[2]");
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    private static Dataset<Row> frame() {
        UDF1<String, String> current = text -> text + version;
        Dataset<Row> texts = LocalSpark.texts(spark, LocalSpark.documents(60)).repartition(3);
        return texts.withColumn(
                "text", udf(current, DataTypes.StringType).asNondeterministic().apply(col("text")));
    }

    private static void loseShuffleFiles() {
        MapOutputTrackerMaster tracker =
                (MapOutputTrackerMaster) spark.sparkContext().env().mapOutputTracker();
        for (int shuffle = 0; shuffle < 1000; shuffle++) {
            if (tracker.containsShuffle(shuffle)) {
                tracker.unregisterAllMapAndMergeOutput(shuffle);
            }
        }
    }

    @Test
    void rowsThatComeOutTheSameAgainGiveTheSameBatches() {
        version = "";
        TokenData data = TokenData.prepare(frame(), SETTINGS);
        List<Batches.Read> before = Batches.read(data, SCHEDULE);
        loseShuffleFiles();
        assertThat(Batches.read(data, SCHEDULE)).isEqualTo(before);
    }

    @Test
    void rowsThatComeOutDifferentAreAnErrorEvenWhenTheirLengthIsTheSame() {
        for (String other : List.of("b", "bc")) {
            version = "a";
            TokenData data = TokenData.prepare(frame(), SETTINGS);
            loseShuffleFiles();
            version = other;
            assertThatThrownBy(() -> Batches.read(data, SCHEDULE))
                    .hasRootCauseInstanceOf(DataChangedException.class)
                    .rootCause()
                    .message()
                    .matches("Cannot read the rows of partition \\d: counting them found others than reading"
                            + " them now, so the data changed while it was read\\. Write the input out, or cache it, so"
                            + " that reading it again gives the same rows\\.");
        }
    }
}

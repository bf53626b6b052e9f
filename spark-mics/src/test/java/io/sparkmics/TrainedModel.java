package io.sparkmics;

import io.sparkmics.model.Gpt;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** The smallest training worth the name: two ranks, one partition group, a text that repeats itself. */
final class TrainedModel {

    static final int CONTEXT = 16;

    private TrainedModel() {}

    static MicsEstimator estimator() {
        return new MicsEstimator()
                .setModel(Gpt.config().layers(1).heads(2).width(16).context(CONTEXT))
                .setNumWorkers(2)
                .setPartitionGroupSize(2)
                .setGlobalBatchSize(8)
                .setMicroBatchSize(4)
                .setMaxSteps(20)
                .setLearningRate(1e-2)
                .setCheckCollectives(true);
    }

    static Dataset<Row> frame() {
        return texts(IntStream.range(0, 60)
                .mapToObj(i -> "document " + i + " says: the quick brown fox jumps over the lazy dog")
                .toArray(String[]::new));
    }

    /** A frame of one column, text, and two partitions. */
    static Dataset<Row> texts(String... texts) {
        List<Row> rows = IntStream.range(0, texts.length)
                .mapToObj(i -> RowFactory.create(i, texts[i]))
                .toList();
        return LocalSpark.session()
                .createDataFrame(rows, StructType.fromDDL("id INT, text STRING"))
                .repartition(2);
    }

    /** The scored rows of {@link #texts} by their id. */
    static Map<Integer, Row> byId(Dataset<Row> scored) {
        Map<Integer, Row> rows = new TreeMap<>();
        scored.collectAsList().forEach(row -> rows.put(row.getInt(0), row));
        return rows;
    }
}

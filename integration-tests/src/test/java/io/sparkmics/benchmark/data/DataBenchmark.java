package io.sparkmics.benchmark.data;

import io.sparkmics.benchmark.OptionValues;
import io.sparkmics.data.BatchReader;
import io.sparkmics.data.ByteTokenizer;
import io.sparkmics.data.DataSettings;
import io.sparkmics.data.TokenBatch;
import io.sparkmics.data.TokenCounts;
import io.sparkmics.data.TokenData;
import io.sparkmics.plan.LearningRate;
import io.sparkmics.plan.TrainingSchedule;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.FileUtil;
import org.apache.spark.network.util.JavaUtils;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Prepares rows as {@code fit} does, and reads every batch of one epoch as ranks do, without training on them. The documents
 * are made from a seed, as text and as token ids in Parquet.
 */
public final class DataBenchmark {

    private static final Map<String, String> DEFAULTS = Map.of(
            "size", "1g", "seed", "7", "context", "1024", "partitions", "200", "of", "text,ids", "reader", "4096");

    private static final int RANKS = 2;
    private static final int BATCH = 16;
    private static final double MEBIBYTE = 1L << 20;

    private final OptionValues options;
    private final SparkSession spark;
    private final TaskTotals totals = new TaskTotals();
    private final LiveHeap heap = new LiveHeap();

    private DataBenchmark(OptionValues options, SparkSession spark) {
        this.options = options;
        this.spark = spark;
        spark.sparkContext().addSparkListener(totals);
    }

    /**
     * Options: {@code size} of the text as Spark reads sizes, {@code seed}, {@code context}, shuffle {@code partitions}, {@code of}
     * which columns, and how many rows Spark's {@code reader} of Parquet reads at once.
     */
    public static void main(String[] arguments) throws IOException {
        OptionValues options = new OptionValues(DEFAULTS, arguments);
        Path folder =
                Files.createTempDirectory(Path.of("target"), "data-benchmark").toAbsolutePath();
        try (SparkSession spark = SparkSession.builder()
                .master("local[" + RANKS + "]")
                .config("spark.ui.enabled", false)
                .config("spark.local.dir", folder.toString())
                .config("spark.sql.shuffle.partitions", options.number("partitions"))
                .config("spark.sql.parquet.columnarReaderBatchSize", options.number("reader"))
                .getOrCreate()) {
            new DataBenchmark(options, spark).run(folder);
        } finally {
            FileUtil.fullyDelete(folder.toFile());
        }
    }

    private void run(Path folder) {
        long documents = SampleDocuments.count(JavaUtils.byteStringAsBytes(options.text("size")));
        SampleDocuments samples = new SampleDocuments(Long.parseLong(options.text("seed")));
        System.out.printf(
                Locale.ROOT,
                "%s, heap of %.0f MiB%n"
                        + "| column | documents | tokens | MiB on disk | s to sort and count | s to shuffle and read"
                        + " | million tokens/s | B shuffled a token, sorting | shuffling | MiB spilled | MiB live at most |%n"
                        + "|---|---|---|---|---|---|---|---|---|---|---|%n",
                options.text("size"),
                Runtime.getRuntime().maxMemory() / MEBIBYTE);
        for (String column : options.list("of", String::valueOf)) {
            String files = folder.resolve(column).toString();
            Dataset<Row> numbers = spark.range(documents).toDF();
            if (column.equals("text")) {
                numbers.select(samples.texts().as(column)).write().parquet(files);
                measure(column, files, ByteTokenizer.VOCABULARY_SIZE);
            } else {
                numbers.select(samples.tokenIds().as(column)).write().parquet(files);
                measure(column, files, SampleDocuments.VOCABULARY_SIZE);
            }
            FileUtil.fullyDelete(new File(files));
        }
    }

    private void measure(String column, String files, int vocabularySize) {
        take();
        heap.take();
        int context = options.number("context");
        DataSettings settings = DataSettings.of(column, Optional.empty(), context, vocabularySize, 7);
        long started = System.nanoTime();
        TokenData data = TokenData.prepare(spark.read().parquet(files), settings);
        double sorted = (System.nanoTime() - started) / 1e9;
        TaskTotals.Bytes sorting = take();
        TrainingSchedule schedule = epoch(data.counts());
        started = System.nanoTime();
        long read = read(data, schedule);
        double shuffled = (System.nanoTime() - started) / 1e9;
        TaskTotals.Bytes shuffling = take();
        long expected = schedule.sequences() * (context + 1L);
        if (read != expected) {
            throw new IllegalStateException("Cannot tell of this run: " + read + " of " + expected + " tokens came.");
        }
        double tokens = data.counts().trainingTokens();
        System.out.printf(
                Locale.ROOT,
                "| %s | %,d | %,.0f | %,.0f | %.1f | %.1f | %.2f | %.2f | %.2f | %,.0f | %.0f |%n",
                column,
                data.counts().trainingDocuments(),
                tokens,
                FileUtil.getDU(new File(files)) / MEBIBYTE,
                sorted,
                shuffled,
                tokens / (sorted + shuffled) / 1e6,
                sorting.shuffled() / tokens,
                shuffling.shuffled() / tokens,
                (sorting.spilled() + shuffling.spilled()) / MEBIBYTE,
                heap.take() / MEBIBYTE);
    }

    /** What all tasks until now have written: Spark tells listeners in a thread of its own. */
    private TaskTotals.Bytes take() {
        try {
            spark.sparkContext().listenerBus().waitUntilEmpty();
        } catch (Exception e) {
            throw new IllegalStateException("Cannot count bytes: Spark tells its listeners too late.", e);
        }
        return totals.take();
    }

    private static TrainingSchedule epoch(TokenCounts counts) {
        int global = RANKS * BATCH;
        return new TrainingSchedule(
                RANKS, global, BATCH, counts.trainingSequences() / global, LearningRate.constant(0.1), 0);
    }

    private static long read(TokenData data, TrainingSchedule schedule) {
        TokenCounts counts = data.counts();
        return data
                .shuffle(schedule, 0)
                .mapPartitionsWithIndex(
                        (partition, pieces) -> {
                            BatchReader reader = new BatchReader(schedule, counts, partition, pieces, 0);
                            long tokens = 0;
                            for (long step = 0; step < schedule.steps() * schedule.microSteps(); step++) {
                                TokenBatch batch = reader.nextTraining();
                                tokens += (long) batch.size() * batch.length();
                            }
                            return List.of(tokens).iterator();
                        },
                        true)
                .collect()
                .stream()
                .mapToLong(Long::longValue)
                .sum();
    }
}

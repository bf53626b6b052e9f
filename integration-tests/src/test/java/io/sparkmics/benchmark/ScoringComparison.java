package io.sparkmics.benchmark;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.length;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkmics.MicsClassifier;
import io.sparkmics.MicsEstimator;
import io.sparkmics.model.Gpt;
import io.sparkmics.model.ModelConfig;
import io.sparkmics.model.PredictorConfig;
import io.sparkmics.model.bert.Bert;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * How fast {@code transform} scores rows on the CPU beside transformers, their losses by a GPT or their classes by a BERT: the
 * same model with random weights, rows and threads, in processes that take turns. The rows are the paragraphs of this project's
 * sources, of very different lengths, cut to the model's context, which transformers cannot go beyond. The JVM and Spark are in
 * our seconds.
 */
final class ScoringComparison {

    private static final Map<String, ModelConfig> SIZES = Map.of(
            "1.3m", Gpt.config().layers(4).heads(4).width(160).context(256),
            "14.4m", Gpt.config().layers(8).heads(6).width(384).context(256),
            "bert-11m", Bert.config().layers(6).heads(6).width(384).classifier(),
            "bert-86m", Bert.config().classifier());

    private static final Path SOURCES = Path.of("../spark-mics/src/main/java");
    private static final int BATCH = 16;

    private ScoringComparison() {}

    /**
     * Arguments: a size, those of BERTs beginning with {@code bert}, and {@code threads=}, {@code rounds=}, {@code rows=},
     * {@code shortest=}, {@code longest=} in bytes.
     */
    public static void main(String[] arguments) throws IOException {
        int threads = option(arguments, "threads", 1);
        int rounds = option(arguments, "rounds", 5);
        String size = Stream.of(arguments)
                .filter(name -> !name.contains("="))
                .findFirst()
                .orElse("14.4m");
        ModelConfig config = SIZES.get(size);
        if (config == null) {
            throw new IllegalArgumentException("Cannot measure " + size + ": the sizes are " + SIZES.keySet() + ".");
        }
        List<String> rows = rows(
                option(arguments, "rows", 400),
                option(arguments, "shortest", 2),
                Math.min(config.context(), option(arguments, "longest", config.context())));
        Path folder = Files.createTempDirectory("scoring");
        try {
            new ObjectMapper().writeValue(folder.resolve("rows.json").toFile(), rows);
            save(config, rows, folder.resolve("model"));
            compare(size, config instanceof PredictorConfig, rows, threads, rounds, folder);
        } finally {
            FileUtils.deleteDirectory(folder.toFile());
        }
    }

    private static int option(String[] arguments, String name, int otherwise) {
        return Stream.of(arguments)
                .filter(argument -> argument.startsWith(name + "="))
                .mapToInt(argument -> Integer.parseInt(argument.substring(name.length() + 1)))
                .findFirst()
                .orElse(otherwise);
    }

    /** Evenly spread over all paragraphs. */
    private static List<String> rows(int count, int shortest, int longest) throws IOException {
        List<String> all = new ArrayList<>();
        List<Path> files;
        try (Stream<Path> found = Files.walk(SOURCES)) {
            files = found.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        }
        for (Path file : files) {
            for (String paragraph :
                    Files.readString(file, StandardCharsets.UTF_8).split("\n\n+")) {
                String ascii = paragraph.replaceAll("[^\n -~]", "?");
                if (ascii.length() >= shortest) {
                    all.add(ascii.substring(0, Math.min(longest, ascii.length())));
                }
            }
        }
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < Math.min(count, all.size()); i++) {
            rows.add(all.get((int) ((long) i * all.size() / Math.min(count, all.size()))));
        }
        return rows;
    }

    private static void save(ModelConfig config, List<String> rows, Path folder) throws IOException {
        try (SparkSession spark = SparkSession.builder()
                .master("local[1]")
                .config("spark.ui.enabled", false)
                .getOrCreate()) {

            Dataset<Row> frame = spark.createDataset(rows, Encoders.STRING()).toDF("text");
            fitted(config, frame).write().save(folder.toString());
        }
    }

    private static MLWritable fitted(ModelConfig config, Dataset<Row> frame) {
        if (config instanceof PredictorConfig) {
            return new MicsClassifier()
                    .setModel(config)
                    .setTextCol("text")
                    .setGlobalBatchSize(1)
                    .setMicroBatchSize(1)
                    .setMaxSteps(1)
                    .fit(frame.withColumn("label", length(col("text")).mod(2)));
        }
        return new MicsEstimator()
                .setModel(config)
                .setGlobalBatchSize(1)
                .setMicroBatchSize(1)
                .setMaxSteps(1)
                .fit(frame);
    }

    private static void compare(String size, boolean classes, List<String> rows, int threads, int rounds, Path folder)
            throws IOException {
        int tokens = rows.stream().mapToInt(row -> row.length() - 1).sum();
        System.out.printf(
                Locale.ROOT,
                "%s, %d threads, %d rows, %,d tokens that predict, batches of %d. Medians of %d rounds in turns.%n",
                size,
                threads,
                rows.size(),
                tokens,
                BATCH,
                rounds);
        List<String> common =
                List.of("--rows=" + folder.resolve("rows.json"), "--threads=" + threads, "--batch=" + BATCH);
        String huggingFace = "--model=" + folder.resolve("model/huggingface");
        Map<String, TrainingProcess> contestants = new LinkedHashMap<>();
        try {
            List<String> ours = new ArrayList<>(List.of("--model=" + folder.resolve("model")));
            if (classes) {
                ours.add("--classes=yes");
            }
            contestants.put("spark-mics", TrainingProcess.java(RowScoring.class, common, ours.toArray(String[]::new)));
            contestants.put("transformers", TrainingProcess.python("cpu/scoring.py", common, huggingFace));
            contestants.put(
                    "transformers, rows sorted",
                    TrainingProcess.python("cpu/scoring.py", common, huggingFace, "--sorted"));
            measure(contestants, rounds, tokens);
        } finally {
            contestants.values().forEach(TrainingProcess::close);
        }
    }

    private static void measure(Map<String, TrainingProcess> contestants, int rounds, int tokens) throws IOException {
        Map<String, List<TrainingProcess.Turn>> turns = new LinkedHashMap<>();
        for (int round = 0; round <= rounds; round++) {
            for (Map.Entry<String, TrainingProcess> contestant : contestants.entrySet()) {
                TrainingProcess.Turn turn = contestant.getValue().take(1);
                System.err.printf(Locale.ROOT, "round %d, %s: %s%n", round, contestant.getKey(), turn);
                // The first warms up.
                if (round > 0) {
                    turns.computeIfAbsent(contestant.getKey(), name -> new ArrayList<>())
                            .add(turn);
                }
            }
        }
        System.out.println("| | tokens/s | seconds | CPU seconds | mean loss or probability |\n|---|---|---|---|---|");
        turns.forEach((name, measured) -> {
            double seconds = median(measured, TrainingProcess.Turn::step);
            System.out.println(String.format(
                    Locale.ROOT,
                    "| %s | %,.0f | %.2f | %.2f | %.6f |",
                    name,
                    tokens / seconds,
                    seconds,
                    median(measured, TrainingProcess.Turn::cpuOfStep),
                    measured.get(measured.size() - 1).lastLoss()));
        });
    }

    private static double median(List<TrainingProcess.Turn> turns, ToDoubleFunction<TrainingProcess.Turn> of) {
        return Median.of(turns.stream().map(of::applyAsDouble).toList());
    }
}

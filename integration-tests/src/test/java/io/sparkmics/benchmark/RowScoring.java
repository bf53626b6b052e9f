package io.sparkmics.benchmark;

import static org.apache.spark.ml.functions.vector_to_array;
import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.col;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkmics.MicsClassificationModel;
import io.sparkmics.MicsModel;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * {@code transform} of a frame that is told by {@link ScoringComparison}; {@code cpu/scoring.py} does the same without any of
 * this. Says {@code ready}; then, for each number of passes that it reads, scores all rows so often and prints the seconds of
 * each pass, then the mean losses over all tokens, or the mean probabilities of the first class over all rows.
 */
final class RowScoring {

    private RowScoring() {}

    public static void main(String[] arguments) throws IOException {
        Map<String, String> options = Stream.of(arguments)
                .map(argument -> argument.substring(2).split("=", 2))
                .collect(Collectors.toMap(option -> option[0], option -> option[1]));
        int threads = Integer.parseInt(options.get("threads"));
        try (SparkSession spark = SparkSession.builder()
                .master("local[" + threads + "]")
                .config("spark.ui.enabled", false)
                .getOrCreate()) {

            String[] texts = new ObjectMapper().readValue(new File(options.get("rows")), String[].class);
            Dataset<Row> rows = spark.createDataset(Arrays.asList(texts), Encoders.STRING())
                    .toDF("text")
                    .repartition(threads)
                    .cache();
            rows.count();
            UnaryOperator<Dataset<Row>> scoring = scoring(options);
            System.out.println("ready");
            BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                List<Double> seconds = new ArrayList<>();
                List<Double> losses = new ArrayList<>();
                for (int pass = 0; pass < Integer.parseInt(order); pass++) {
                    long begin = System.nanoTime();
                    losses.add(scoring.apply(rows).first().getDouble(0));
                    seconds.add((System.nanoTime() - begin) / 1e9);
                }
                System.out.println(Stream.concat(seconds.stream(), losses.stream())
                        .map(String::valueOf)
                        .collect(Collectors.joining(" ")));
            }
        }
    }

    /** The mean of what there is to say of a row. */
    private static UnaryOperator<Dataset<Row>> scoring(Map<String, String> options) {
        if (options.containsKey("classes")) {
            MicsClassificationModel model = MicsClassificationModel.load(options.get("model"));
            return rows -> model.transform(rows)
                    .select(avg(vector_to_array(col("probability"), "float64").getItem(0)));
        }
        MicsModel model = MicsModel.load(options.get("model")).setBatchSize(Integer.parseInt(options.get("batch")));
        return rows -> model.transform(rows).selectExpr("sum(loss * tokenCount) / sum(tokenCount)");
    }
}

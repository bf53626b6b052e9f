package org.example.demand;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The example of a model of one's own over columns, as its reader runs it. */
class DemandForecastTest {

    @TempDir
    Path folder;

    private static SparkSession session() {
        return SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", false)
                .config("spark.driver.host", "localhost")
                .config("spark.sql.shuffle.partitions", 2)
                .getOrCreate();
    }

    @AfterEach
    void stopSpark() {
        session().stop();
    }

    @Test
    void theQuantilesThatAreSavedAndLoadedAreThoseOfTheSales() throws IOException {
        session();

        DemandForecast.main(new String[] {folder.toString(), "300"});

        SparkSession spark = session();
        Dataset<Row> sales = DemandForecast.sales(spark);
        Dataset<Row> scored = PipelineModel.load(folder.toString()).transform(sales);
        List<Double> below = scored
                .selectExpr("avg(int(units < low))", "avg(int(units < middle))", "avg(int(units < high))")
                .collectAsList()
                .stream()
                .flatMap(row -> List.of(row.getDouble(0), row.getDouble(1), row.getDouble(2)).stream())
                .toList();
        assertThat(below.get(0)).isBetween(0.02, 0.25);
        assertThat(below.get(1)).isBetween(0.35, 0.65);
        assertThat(below.get(2)).isBetween(0.75, 0.98);
        // What is left to guess is even over one unit: its median is a quarter away on the average, of which the loss
        // is half.
        assertThat(new PinballLoss("middle", 0.5).evaluate(scored)).isLessThan(0.2);
    }
}

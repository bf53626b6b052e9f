package io.sparkmics.faults;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;

/** Goes through trials, one after the other in one application, and prints a line of JSON for each. */
public final class FaultProgram {

    /** What each line begins with. */
    public static final String MARK = "TRIAL ";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** One trial or several that belong together. */
    interface Scenario {
        Map<String, Object> run(Cluster cluster, String name) throws Exception;
    }

    private FaultProgram() {}

    /** @param arguments a folder, the Workers' process ids with commas between them, and the trials */
    public static void main(String[] arguments) throws IOException {
        Path folder = Path.of(arguments[0]);
        Files.createDirectories(folder.resolve("faults"));
        Files.createDirectories(folder.resolve("work"));
        List<Long> workers =
                Stream.of(arguments[1].split(",")).map(Long::parseLong).toList();
        Map<String, Scenario> all = new LinkedHashMap<>();
        all.put(
                "reference",
                (cluster, name) -> Trial.of(cluster, name)
                        .unhurried()
                        .within(Duration.ofMinutes(5))
                        .run());
        all.put("again", (cluster, name) -> Trial.of(cluster, name).run());
        all.putAll(StageTrials.all());
        all.putAll(JobTrials.all());
        all.putAll(StorageTrials.all());
        all.putAll(CheckpointTrials.all());
        all.putAll(HostTrials.all());
        try (SparkSession spark = SparkSession.builder()
                .appName("faults")
                .config("spark.hadoop.fs.faulty.impl", FaultyFileSystem.class.getName())
                .config(
                        "spark.hadoop." + FaultyFileSystem.FOLDER,
                        folder.resolve("faults").toString())
                .getOrCreate()) {
            Cluster cluster = new Cluster(spark, folder, workers);
            cluster.awaitSlots(Cluster.RANKS);
            for (String name : List.of(arguments).subList(2, arguments.length)) {
                print(name, all.get(name), cluster);
            }
        }
    }

    private static void print(String name, Scenario scenario, Cluster cluster) throws IOException {
        Map<String, Object> seen;
        try {
            seen = scenario.run(cluster, name);
        } catch (Exception | AssertionError e) {
            // The others are still worth their time.
            e.printStackTrace();
            seen = Map.of("name", name, "outcome", "broken", "message", e.toString());
        }
        System.out.println(MARK + JSON.writeValueAsString(seen));
    }
}

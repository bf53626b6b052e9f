package io.sparkmics.faults;

import io.sparkmics.MicsEstimator;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.scheduler.TaskSchedulerImpl;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import scala.jdk.javaapi.CollectionConverters;

/** The application in which one trial follows the other, and the folder that is theirs. */
final class Cluster {

    static final int STEPS = 30;
    static final int RANKS = 4;
    static final int INTERVAL = 5;

    private static final long READY_MILLIS = 90_000;

    private final SparkSession spark;
    private final Path folder;
    private final List<Long> workers;
    private final Observer observer = new Observer();
    private final FaultFolder faults;
    private final Dataset<Row> frame;

    /** @param workers the process ids of the Workers, in the order of their start */
    Cluster(SparkSession spark, Path folder, List<Long> workers) {
        this.spark = spark;
        this.folder = folder;
        this.workers = List.copyOf(workers);
        this.faults = new FaultFolder(folder.resolve("faults").toString());
        spark.sparkContext().addSparkListener(observer);
        List<String> rows = IntStream.range(0, 200)
                .mapToObj(row -> "row " + row + " of a text to learn from")
                .toList();
        frame = spark.createDataset(rows, Encoders.STRING()).toDF("text");
    }

    /** The training of all trials: 30 steps, four ranks in two partition groups. */
    MicsEstimator estimator() {
        return new MicsEstimator()
                .setModel(new FaultyModel(folder.resolve("faults").toString()))
                .setNumWorkers(RANKS)
                .setPartitionGroupSize(2)
                .setGlobalBatchSize(RANKS)
                .setMicroBatchSize(1)
                .setMaxSteps(STEPS)
                .setLearningRate(1e-2)
                .setWorkDirectory(storage("work"))
                .setCollectiveTimeout(5)
                .setSlotTimeout(60)
                .setCheckpointInterval(INTERVAL)
                .setKeepCheckpoints(100);
    }

    /** As Hadoop names it: a storage where faults can happen. */
    String storage(String name) {
        return "faulty:" + folder.resolve(name);
    }

    Path path(String name) {
        return folder.resolve(name);
    }

    SparkSession spark() {
        return spark;
    }

    Dataset<Row> frame() {
        return frame;
    }

    FaultFolder faults() {
        return faults;
    }

    Observer observer() {
        return observer;
    }

    long worker(int index) {
        return workers.get(index);
    }

    /** How many tasks could run at once if none did. */
    int slots() {
        return spark.sparkContext()
                .maxNumConcurrentTasks(
                        spark.sparkContext().resourceProfileManager().defaultResourceProfile());
    }

    int runningTasks() {
        TaskSchedulerImpl scheduler = (TaskSchedulerImpl) spark.sparkContext().taskScheduler();
        return CollectionConverters.asJava(scheduler.runningTasksByExecutors()).values().stream()
                .mapToInt(running -> (Integer) running)
                .sum();
    }

    /** Waits for so many free slots: what a trial has killed is back then. */
    void awaitSlots(int wanted) {
        long deadline = System.currentTimeMillis() + READY_MILLIS;
        while (slots() < wanted || runningTasks() > 0) {
            if (System.currentTimeMillis() > deadline) {
                throw new IllegalStateException("Cannot go on: " + slots() + " slots, and " + runningTasks()
                        + " tasks running, where " + wanted + " slots are wanted and no task.");
            }
            sleep(100);
        }
    }

    static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}

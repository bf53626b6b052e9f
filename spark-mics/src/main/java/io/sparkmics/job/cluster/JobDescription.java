package io.sparkmics.job.cluster;

import java.util.Map;
import java.util.Objects;
import org.apache.spark.SparkContext;

/**
 * What Spark's web UI calls the jobs and stages of the thread that opened it, until it is closed; then they have their former
 * names again. A stage is named where its data is described, which may be before its job starts.
 */
public final class JobDescription implements AutoCloseable {

    private static final String DESCRIPTION = "spark.job.description";
    private static final String CALL_SITE = "callSite.short";

    private final SparkContext spark;
    private final Map<String, String> before;

    private JobDescription(SparkContext spark) {
        this.spark = spark;
        this.before = Map.of(
                DESCRIPTION, Objects.requireNonNullElse(spark.getLocalProperty(DESCRIPTION), ""),
                CALL_SITE, Objects.requireNonNullElse(spark.getLocalProperty(CALL_SITE), ""));
    }

    /** @param text as in {@code training, 4 ranks} */
    public static JobDescription of(SparkContext spark, String text) {
        JobDescription description = new JobDescription(spark);
        spark.setLocalProperty(DESCRIPTION, text);
        spark.setLocalProperty(CALL_SITE, text);
        return description;
    }

    @Override
    public void close() {
        // Null takes a property away.
        before.forEach((name, value) -> spark.setLocalProperty(name, value.isEmpty() ? null : value));
    }
}

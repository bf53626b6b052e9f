package io.sparkmics.job.cluster;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;

/**
 * Cancels jobs that begin after they were given up: a barrier job for which there are too few slots waits where Spark's own
 * cancel does not find it, and begins when there are enough.
 */
final class GivenUpJobs extends SparkListener {

    /** By application. */
    private static final Set<String> LISTENING = ConcurrentHashMap.newKeySet();

    private static final Set<String> TAGS = ConcurrentHashMap.newKeySet();

    private final SparkContext spark;

    private GivenUpJobs(SparkContext spark) {
        this.spark = spark;
    }

    /** @param tag that only they have */
    static void add(SparkContext spark, String tag) {
        TAGS.add(tag);
        if (LISTENING.add(spark.applicationId())) {
            spark.addSparkListener(new GivenUpJobs(spark));
        }
    }

    @Override
    public void onJobStart(SparkListenerJobStart job) {
        if (TaggedJobs.tags(job.properties()).anyMatch(TAGS::contains)) {
            spark.cancelJob(job.jobId(), "It was given up before it began.");
        }
    }

    @Override
    public void onApplicationEnd(SparkListenerApplicationEnd end) {
        LISTENING.remove(spark.applicationId());
    }
}

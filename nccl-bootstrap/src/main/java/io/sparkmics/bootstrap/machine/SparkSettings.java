package io.sparkmics.bootstrap.machine;

import org.apache.spark.SparkEnv;

/** What Spark was told when it started, which its executors know too. */
final class SparkSettings {

    private SparkSettings() {}

    /** The value; null where there is none, or no Spark. */
    static String get(String key) {
        try {
            SparkEnv spark = SparkEnv.get();
            return spark == null ? null : spark.conf().get(key, null);
        } catch (NoClassDefFoundError e) {
            // The report on a machine runs without Spark's jars.
            return null;
        }
    }
}

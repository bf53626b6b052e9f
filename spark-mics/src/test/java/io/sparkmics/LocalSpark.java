package io.sparkmics;

import org.apache.spark.sql.SparkSession;

/** Spark in this JVM: one session that tests share, started again where a test has stopped it. */
public final class LocalSpark {

    private LocalSpark() {}

    public static SparkSession session() {
        return SparkSession.builder()
                .master("local[2]")
                .config("spark.ui.enabled", false)
                .config("spark.sql.shuffle.partitions", 2)
                .config("spark.driver.host", "localhost")
                .getOrCreate();
    }
}

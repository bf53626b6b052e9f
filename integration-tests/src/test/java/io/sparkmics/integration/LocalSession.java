package io.sparkmics.integration;

import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Spark in this JVM, for the tests of a class. */
final class LocalSession implements BeforeAllCallback, AfterAllCallback {

    private final int cores;
    private SparkSession spark;

    LocalSession(int cores) {
        this.cores = cores;
    }

    SparkSession spark() {
        return spark;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        spark = SparkSession.builder()
                .master("local[" + cores + "]")
                .config("spark.ui.enabled", false)
                .getOrCreate();
    }

    @Override
    public void afterAll(ExtensionContext context) {
        spark.stop();
    }
}

package io.sparkmics.bootstrap.machine;

import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * What can be set for a process of the cluster, and differ from one to the next: by an environment variable of the process, else
 * by a setting of Spark, which is the same for all. Spark refuses its own settings as system properties of executors; here
 * they are asked between the two, for programs without Spark.
 */
public enum Setting {
    /** The label of the node that a process counts for in the layout, in place of its host. */
    NODE,

    /** Folders where libraries of NVIDIA are looked for first, colons between them. */
    CUDA_PATH,

    /** {@code off}: attention on a GPU is that of libtorch, not cuDNN's. */
    CUDNN_ATTENTION,

    /** The folder that the native libraries are extracted to. */
    NATIVE_CACHE,

    /** The folder where processes of one host share memory; {@code off}: ranks of a host share none. */
    SHARED_MEMORY,

    /** {@code off}: groups that span hosts talk over one ring of all members, and not inside each host first. */
    HIERARCHICAL_COLLECTIVES;

    private static final String OFF = "off";

    /** As in {@code SPARK_MICS_CUDA_PATH}. */
    public String variable() {
        return "SPARK_MICS_" + name();
    }

    /** As in {@code spark.mics.cuda.path}. */
    public String property() {
        return "spark.mics." + name().toLowerCase(Locale.ROOT).replace('_', '.');
    }

    /** What is set for this process; empty where nothing is, or blanks. */
    public Optional<String> value() {
        return value(System.getenv(), System::getProperty, SparkSettings::get);
    }

    /** Whether what it sets is turned off. */
    public boolean off() {
        return value().orElse("").equalsIgnoreCase(OFF);
    }

    Optional<String> value(
            Map<String, String> environment, UnaryOperator<String> properties, UnaryOperator<String> spark) {
        return Stream.<String>of(environment.get(variable()), properties.apply(property()), spark.apply(property()))
                .filter(Objects::nonNull)
                .map(String::strip)
                .filter(value -> !value.isEmpty())
                .findFirst();
    }

    /** Both names, for people. */
    @Override
    public String toString() {
        return property() + " or " + variable();
    }
}

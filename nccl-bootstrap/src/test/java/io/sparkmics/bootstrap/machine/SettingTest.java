package io.sparkmics.bootstrap.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;

class SettingTest {

    private static final Map<String, String> SET = Map.of("SPARK_MICS_CUDA_PATH", "of the process");

    @Test
    void bothNamesFollowFromOne() {
        assertThat(Setting.values())
                .extracting(Setting::toString)
                .containsExactly(
                        "spark.mics.node or SPARK_MICS_NODE",
                        "spark.mics.cuda.path or SPARK_MICS_CUDA_PATH",
                        "spark.mics.cudnn.attention or SPARK_MICS_CUDNN_ATTENTION",
                        "spark.mics.native.cache or SPARK_MICS_NATIVE_CACHE",
                        "spark.mics.shared.memory or SPARK_MICS_SHARED_MEMORY",
                        "spark.mics.hierarchical.collectives or SPARK_MICS_HIERARCHICAL_COLLECTIVES");
    }

    @Test
    void whatIsSetForOneProcessComesBeforeWhatIsSetForAll() {
        assertThat(Setting.CUDA_PATH.value(SET, key -> "property", key -> "spark"))
                .hasValue("of the process");
        assertThat(Setting.CUDA_PATH.value(Map.of(), key -> " " + key + " ", key -> "spark"))
                .hasValue("spark.mics.cuda.path");
        assertThat(Setting.CUDA_PATH.value(Map.of("SPARK_MICS_CUDA_PATH", " "), key -> null, key -> key))
                .hasValue("spark.mics.cuda.path");
        assertThat(Setting.NODE.value(SET, key -> null, key -> null)).isEmpty();
    }

    @Test
    void whatSparkWasToldWhenItStartedIsKnownToItsTasks() {
        SparkConf conf = new SparkConf()
                .setMaster("local[1]")
                .setAppName("settings")
                .set("spark.ui.enabled", "false")
                .set("spark.mics.cuda.path", "/opt/cuda");
        try (JavaSparkContext spark = new JavaSparkContext(conf)) {
            assertThat(spark.parallelize(Arrays.asList(1), 1)
                            .map(any -> Setting.CUDA_PATH.value().orElse("nothing"))
                            .collect())
                    .containsExactly("/opt/cuda");
        }
        assertThat(Setting.CUDA_PATH.value()).isEmpty();
    }

    @Test
    void theReportOnAMachineNeedsNoSpark() throws Exception {
        String withoutSpark = Arrays.stream(
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                                .split(File.pathSeparator))
                .filter(entry -> !entry.contains("/org/apache/") && !entry.contains("/org/scala-lang/"))
                .collect(Collectors.joining(File.pathSeparator));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dspark.mics.cuda.path=/absent",
                        "-cp",
                        withoutSpark,
                        GpuMachine.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();

        assertThat(output).contains("Cannot look for libraries in /absent: ").doesNotContain("Exception", "Error");
    }
}

package io.sparkmics.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Properties;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is in the one file that users hand to spark-submit, and what is not: of the build for the CPU or for the GPU. */
final class AllJarIT {

    /** Which build of libtorch this is, as its folder is called. */
    private static final String TORCH = System.getProperty("sparkmics.torch.natives");

    private static final boolean GPU = TORCH.endsWith("-gpu");

    private static JarFile jar;
    private static List<String> entries;

    @BeforeAll
    static void open() throws IOException {
        jar = new JarFile(SparkSubmit.ALL_JAR.toFile());
        entries = jar.stream()
                .filter(entry -> !entry.isDirectory())
                .map(ZipEntry::getName)
                .toList();
    }

    @AfterAll
    static void close() throws IOException {
        jar.close();
    }

    @Test
    void whatTheClusterBringsIsNotInside() {
        assertThat(entries)
                .noneMatch(name -> name.startsWith("org/apache/spark/"))
                .noneMatch(name -> name.startsWith("org/apache/hadoop/"))
                .noneMatch(name -> name.startsWith("scala/"))
                .noneMatch(name -> name.startsWith("org/slf4j/"))
                .noneMatch(name -> name.startsWith("com/fasterxml/"));
    }

    @Test
    void nothingElseIsInsideThanOurselvesAndWhatWeName() {
        assertThat(entries.stream().filter(name -> name.endsWith(".class")))
                .allMatch(name -> name.startsWith("io/sparkmics/")
                        || name.startsWith("org/bytedeco/")
                        || name.startsWith("picocli/")
                        || name.startsWith("ai/djl/")
                        || name.startsWith("org/knowm/xchart/"));
    }

    @Test
    void theNativesAreThoseOfLinuxOnX8664AtThePlaceWhereTheirLoaderLooks() {
        assertThat(entries)
                .contains(
                        "org/bytedeco/pytorch/" + TORCH + "/libtorch_cpu.so",
                        "org/bytedeco/pytorch/" + TORCH + "/libjnitorch.so",
                        "org/bytedeco/pytorch/" + TORCH + "/libjnitorch_gloo.so",
                        "org/bytedeco/cuda/linux-x86_64/libjnicudart.so",
                        "org/bytedeco/cuda/linux-x86_64/libjninccl.so",
                        "org/bytedeco/openblas/linux-x86_64/libopenblas.so.0",
                        "org/bytedeco/javacpp/linux-x86_64/libjnijavacpp.so");
        assertThat(natives())
                .allMatch(name -> name.startsWith("org/bytedeco/pytorch/")
                        ? name.startsWith("org/bytedeco/pytorch/" + TORCH + "/")
                        : name.contains("/linux-x86_64/"));
    }

    @Test
    void onlyTheBuildForTheGpuHasWhatRunsOnIt() {
        List<String> cuda = List.of(
                "org/bytedeco/pytorch/" + TORCH + "/libtorch_cuda.so",
                "org/bytedeco/pytorch/" + TORCH + "/libtorch_cuda_linalg.so",
                "org/bytedeco/pytorch/" + TORCH + "/libc10_cuda.so",
                "org/bytedeco/pytorch/" + TORCH + "/libjnitorch_cuda.so",
                "org/bytedeco/pytorch/" + TORCH + "/libjnitorch_nccl.so");

        if (GPU) {
            assertThat(entries).containsAll(cuda);
        } else {
            assertThat(entries).doesNotContainAnyElementsOf(cuda);
        }
    }

    @Test
    void theLibrariesOfNvidiaAreNotOursToHandOut() {
        assertThat(natives()).noneMatch(name -> name.matches(".*/lib(cu|nccl|nv|npp)[^/]*"));
    }

    @Test
    void sparkConnectFindsEstimatorAndModel() throws IOException {
        assertThat(text("META-INF/services/org.apache.spark.ml.Estimator")).contains("io.sparkmics.MicsEstimator");
        assertThat(text("META-INF/services/org.apache.spark.ml.Transformer"))
                .contains("io.sparkmics.MicsModel", "io.sparkmics.MicsTokenizer", "io.sparkmics.MicsGenerator");
        assertThat(text("META-INF/services/org.apache.spark.ml.evaluation.Evaluator"))
                .contains("io.sparkmics.MicsEvaluator");
    }

    @Test
    void theLicencesAreInside() throws IOException {
        assertThat(text("META-INF/LICENSE")).contains("Apache License", "Version 2.0");
        assertThat(text("META-INF/THIRD-PARTY"))
                .contains("libtorch", "OpenBLAS", "XChart", "picocli", "JavaCPP", "CUDA", "tokenizers");
    }

    @Test
    void noSignatureOfAnotherJarIsLeft() {
        assertThat(entries).noneMatch(name -> name.matches("META-INF/[^/]*\\.(SF|DSA|RSA)"));
    }

    @Test
    void everyPartSaysItsVersion() throws IOException {
        for (String part : List.of(
                "io.sparkmics/nccl-bootstrap", "org.bytedeco/pytorch", "org.bytedeco/openblas", "org.bytedeco/cuda")) {
            Properties properties = new Properties();
            try (InputStream stream = jar.getInputStream(jar.getEntry("META-INF/maven/" + part + "/pom.properties"))) {
                properties.load(stream);
            }
            assertThat(properties.getProperty("version")).as(part).isNotBlank();
        }
    }

    @Test
    void itIsNotLargerThanAClusterLikesToShip() throws IOException {
        long size = Files.size(SparkSubmit.ALL_JAR);

        if (GPU) {
            assertThat(size).isBetween(400_000_000L, 550_000_000L);
        } else {
            assertThat(size).isBetween(80_000_000L, 160_000_000L);
        }
    }

    private static List<String> natives() {
        List<String> natives = entries.stream()
                .filter(name -> name.matches(".*\\.(so[.0-9]*|dll|dylib|jnilib)"))
                .toList();
        assertThat(natives).isNotEmpty();
        return natives;
    }

    private static String text(String name) throws IOException {
        ZipEntry entry = jar.getEntry(name);
        assertThat(entry).as(name).isNotNull();
        try (InputStream stream = jar.getInputStream(entry)) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}

package io.sparkmics.integration;

import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;

/** What a machine may or may not have: a test that needs it is skipped where it is absent, and says how to have it. */
final class Environment {

    private Environment() {}

    /** A Python that can import transformers, peft and torch. */
    static Path python() {
        return required("SPARK_MICS_PYTHON", "a Python interpreter that has the packages transformers, peft and torch");
    }

    /** A whole Spark distribution, its shell included. */
    static Path sparkDistribution() {
        return required("SPARK_MICS_SPARK_HOME", "a Spark distribution with bin/spark-shell");
    }

    /** A folder with the real libnccl.so.2. */
    static Path nccl() {
        return required("SPARK_MICS_NCCL", "the folder of libnccl.so.2, which the Python package nvidia-nccl-cu13 has");
    }

    /** A folder with all of NVIDIA's libraries that the GPU build of libtorch links. */
    static Path cudaLibraries() {
        return required(
                "SPARK_MICS_CUDA_HOME",
                "a Python environment that has the packages which io.sparkmics.bootstrap.machine.GpuMachine names");
    }

    private static Path required(String variable, String meaning) {
        String value = System.getenv(variable);
        if (value == null || value.isBlank()) {
            String reason = variable + " is not set. Set it to " + meaning + ".";
            // The build names the test; why it was skipped it keeps in its reports.
            System.out.println("Skipped: " + reason);
            abort(reason);
        }
        Path path = Path.of(value);
        if (!Files.exists(path)) {
            throw new IllegalStateException(
                    "Cannot use " + variable + " = " + value + ": there is no such file. Set it to " + meaning + ".");
        }
        return path;
    }
}

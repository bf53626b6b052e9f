package io.sparkmics.benchmark;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** What a GPU can do at most in dense bfloat16, in TFLOP/s. Source: NVIDIA's data sheets, without sparsity. */
final class Chip {

    /** By what the driver's name of the GPU contains; the first that fits. */
    private static final Map<String, Double> PEAKS = new LinkedHashMap<>();

    static {
        PEAKS.put("H100 PCIe", 756.0);
        PEAKS.put("H100 NVL", 835.0);
        PEAKS.put("H100", 989.0);
        PEAKS.put("H200", 989.0);
        PEAKS.put("A100", 312.0);
    }

    private Chip() {}

    /** Empty for a GPU that is not known here. */
    static OptionalDouble peak(String name) {
        String wanted = name.toUpperCase(Locale.ROOT);
        return PEAKS.entrySet().stream()
                .filter(chip -> wanted.contains(chip.getKey().toUpperCase(Locale.ROOT)))
                .mapToDouble(Map.Entry::getValue)
                .findFirst();
    }
}

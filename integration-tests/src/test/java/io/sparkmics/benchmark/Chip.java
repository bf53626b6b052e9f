package io.sparkmics.benchmark;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A GPU that is known.
 *
 * @param name what the driver's name of it contains
 * @param teraflops what it can do at most in dense bfloat16, in TFLOP/s. Source: NVIDIA's data sheets, without sparsity
 * @param instance whose nodes have it, by the planner's name; empty where the planner knows none
 */
record Chip(String name, double teraflops, Optional<String> instance) {

    /** The first that fits is it. */
    private static final List<Chip> ALL = List.of(
            new Chip("H100 PCIe", 756),
            new Chip("H100 NVL", 835),
            new Chip("H100", 989, "p5.48xlarge"),
            new Chip("GH200", 989),
            new Chip("H200 NVL", 835),
            new Chip("H200", 989, "p5e.48xlarge"),
            new Chip("A100-SXM4-40GB", 312, "p4d.24xlarge"),
            new Chip("A100-SXM4-80GB", 312, "p4de.24xlarge"),
            new Chip("A100", 312));

    private Chip(String name, double teraflops) {
        this(name, teraflops, Optional.empty());
    }

    private Chip(String name, double teraflops, String instance) {
        this(name, teraflops, Optional.of(instance));
    }

    /** Empty for a GPU that is not known here. */
    static Optional<Chip> named(String byDriver) {
        String wanted = byDriver.toUpperCase(Locale.ROOT);
        return ALL.stream()
                .filter(chip -> wanted.contains(chip.name.toUpperCase(Locale.ROOT)))
                .findFirst();
    }
}

package io.sparkmics.bootstrap.machine;

import java.util.Locale;
import java.util.Objects;

/**
 * One GPU of this machine, as its driver describes it.
 *
 * @param index its number in the order of the PCI bus, which is the address that Spark's discovery scripts give
 * @param uuid its name that no other GPU has
 * @param name its model
 * @param memoryBytes all of its memory
 * @param computeCapability the generation of its hardware
 */
public record Gpu(int index, String uuid, String name, long memoryBytes, ComputeCapability computeCapability) {

    /** The generation of a GPU's hardware. */
    public record ComputeCapability(int major, int minor) implements Comparable<ComputeCapability> {

        static ComputeCapability parse(String text) {
            String[] parts = text.split("\\.", -1);
            return new ComputeCapability(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
        }

        @Override
        public int compareTo(ComputeCapability other) {
            return major != other.major ? Integer.compare(major, other.major) : Integer.compare(minor, other.minor);
        }

        @Override
        public String toString() {
            return major + "." + minor;
        }
    }

    public Gpu {
        Objects.requireNonNull(computeCapability, "computeCapability is null");
        if (index < 0 || uuid.isBlank() || name.isBlank() || memoryBytes < 0) {
            throw new IllegalArgumentException(
                    "Cannot describe GPU " + index + " '" + name + "' with uuid '" + uuid + "' and " + memoryBytes
                            + " bytes: it needs an index of at least 0, a uuid, a name and its memory.");
        }
    }

    @Override
    public String toString() {
        return "GPU " + index + " " + name + " ("
                + String.format(Locale.ROOT, "%.1f", memoryBytes / (double) (1L << 30)) + " GiB, compute capability "
                + computeCapability + ")";
    }
}

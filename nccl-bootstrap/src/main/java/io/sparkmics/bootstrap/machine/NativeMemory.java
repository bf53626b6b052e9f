package io.sparkmics.bootstrap.machine;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What to do where memory outside the JVM's heap runs out: one kind of error for what libtorch, JavaCPP and the JVM throw. */
public final class NativeMemory {

    /** libtorch's, and the JVM's for direct buffers. */
    private static final Pattern HOST =
            Pattern.compile("you tried to allocate (\\d+) bytes|Cannot reserve (\\d+) bytes of direct buffer memory");

    private static final Pattern GPU =
            Pattern.compile("out of memory\\. Tried to allocate (\\d+(?:\\.\\d+)?) (bytes|KiB|MiB|GiB)");

    /** JavaCPP's own limits, and the C++ library's words. None of them says how many bytes were asked for. */
    private static final Pattern UNCOUNTED = Pattern.compile("Failed to allocate memory within limits"
            + "|Physical memory usage is too high"
            + "|Cannot allocate new \\w+\\("
            + "|Native allocator returned address == 0"
            + "|std::bad_alloc");

    private static final Map<String, Long> UNITS =
            Map.of("bytes", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30);

    private static final String LESS = "a smaller micro-batch, larger partition groups or more ranks";

    private NativeMemory() {}

    /**
     * Does a part of a task's work, and lets every failure pass but one: where native memory could not be had it becomes one
     * that ends the task and not the JVM. Memory of the heap that could not be had passes.
     *
     * @throws AllocationException which says how many bytes were asked for
     */
    public static <T> T guard(Supplier<T> work) {
        try {
            return work.get();
        } catch (RuntimeException | OutOfMemoryError failure) {
            Optional<AllocationException> known = explain(failure);
            if (known.isPresent()) {
                throw known.get();
            }
            throw failure;
        }
    }

    /** The same failure as one of native memory; empty where neither it nor what caused it is one. */
    public static Optional<AllocationException> explain(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            String message = String.valueOf(cause.getMessage());
            Matcher host = HOST.matcher(message);
            Matcher gpu = GPU.matcher(message);
            if (cause instanceof AllocationException known) {
                return Optional.of(known);
            } else if (host.find()) {
                return Optional.of(
                        onHost(Long.parseLong(host.group(1) == null ? host.group(2) : host.group(1)), cause));
            } else if (gpu.find()) {
                return Optional.of(onGpu(gpu.group(1), gpu.group(2), cause));
            } else if (UNCOUNTED.matcher(message).find()) {
                return Optional.of(uncounted(message, cause));
            }
        }
        return Optional.empty();
    }

    private static AllocationException onHost(long bytes, Throwable cause) {
        return new AllocationException(
                String.format(
                        Locale.ROOT,
                        "Cannot allocate native memory: %,d bytes were asked for, more than the machine or its container"
                                + " gives. Set a larger spark.executor.memoryOverhead, or train with %s.",
                        bytes,
                        LESS),
                OptionalLong.of(bytes),
                cause);
    }

    private static AllocationException onGpu(String number, String unit, Throwable cause) {
        return new AllocationException(
                "Cannot allocate memory of the GPU: " + number + " " + unit
                        + " were asked for, more than it has left. Train with " + LESS + ".",
                OptionalLong.of(Math.round(Double.parseDouble(number) * UNITS.get(unit))),
                cause);
    }

    private static AllocationException uncounted(String message, Throwable cause) {
        String reason = message.lines().findFirst().orElse("").replaceFirst("\\.$", "");
        return new AllocationException(
                "Cannot allocate native memory: " + reason
                        + ". Set a larger spark.executor.memoryOverhead, or 0 for org.bytedeco.javacpp.maxBytes and"
                        + " org.bytedeco.javacpp.maxPhysicalBytes where they are set, or train with " + LESS + ".",
                OptionalLong.empty(),
                cause);
    }
}

package io.sparkmics.bootstrap.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** The libraries that can multiply matrices on the CPU for libtorch. Results differ in the last digits. */
enum Blas {
    /** Comes with libtorch. */
    OPENBLAS("OpenBLAS"),

    /** Intel's, which users bring on the class path: {@code org.bytedeco:mkl} with its {@code redist} jar. */
    MKL("MKL");

    /** JavaCPP asks it before it loads OpenBLAS, and loads what it names in its place. */
    static final String PROPERTY = "org.bytedeco.openblas.load";

    private static final String MKL_LIBRARY = "org/bytedeco/mkl/linux-x86_64/libmkl_rt.so.2";

    private final String label;

    Blas(String label) {
        this.label = label;
    }

    /**
     * @param told what {@link #PROPERTY} says; null where it is not set, and then MKL is taken where it can be found
     */
    static Blas choose(String told, ClassLoader loader) {
        return Optional.ofNullable(told)
                .map(name -> name.startsWith("mkl") ? MKL : OPENBLAS)
                .orElseGet(() -> loader.getResource(MKL_LIBRARY) == null ? OPENBLAS : MKL);
    }

    /**
     * For the log.
     *
     * @param processors as Linux describes them in {@code /proc/cpuinfo}
     */
    String describe(Path processors) {
        return this == OPENBLAS && areOfIntel(processors)
                ? label
                        + ". On Intel's processors MKL is up to a third faster: put org.bytedeco:mkl and its redist jar on"
                        + " the class path of driver and executors"
                : label;
    }

    private static boolean areOfIntel(Path processors) {
        try (Stream<String> lines = Files.lines(processors)) {
            return lines.anyMatch(line -> line.startsWith("vendor_id") && line.endsWith("GenuineIntel"));
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return label;
    }
}

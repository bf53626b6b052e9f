package io.sparkmics.bootstrap.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class NativeMemoryTest {

    /** No machine has so much, nor addresses for it. */
    private static final long IMPOSSIBLE = 1L << 50;

    private static AllocationException refused(Runnable work) {
        return catchThrowableOfType(
                AllocationException.class,
                () -> NativeMemory.guard(() -> {
                    work.run();
                    return null;
                }));
    }

    @Test
    void aTensorThatCannotBeHadSaysHowManyBytesWereAskedFor() {
        NativeLibraries.load();
        long before = Pointer.totalCount();
        AllocationException failure = refused(() -> torch.zeros(IMPOSSIBLE / 4).close());

        assertThat(failure)
                .hasMessage("Cannot allocate native memory: 1,125,899,906,842,624 bytes were asked for, more than the"
                        + " machine or its container gives. Set a larger spark.executor.memoryOverhead, or train with a"
                        + " smaller micro-batch, larger partition groups or more ranks.")
                .hasNoCause();
        assertThat(failure.bytes()).hasValue(IMPOSSIBLE);
        assertThat(failure.getStackTrace())
                .extracting(StackTraceElement::getMethodName)
                .contains("zeros");
        assertThat(Pointer.totalCount()).isEqualTo(before);
    }

    /** JavaCPP throws an error for it, at which Spark would end the executor, wherever in the causes it is. */
    @Test
    void anArrayThatCannotBeHadIsNoErrorOfTheVirtualMachine() {
        NativeLibraries.load();
        AllocationException failure = refused(() -> {
            try (LongPointer array = new LongPointer(IMPOSSIBLE)) {
                throw new IllegalStateException("allocated " + array.limit());
            } catch (OutOfMemoryError e) {
                throw new IllegalStateException("a user's own words", e);
            }
        });

        assertThat(failure)
                .hasMessageStartingWith("Cannot allocate native memory: Cannot allocate new LongPointer(" + IMPOSSIBLE
                        + "): totalBytes = ")
                .hasNoCause();
        assertThat(failure.bytes()).isEmpty();
    }

    @Test
    void aGpuThatIsFullSaysSo() {
        AllocationException failure = refused(() -> {
            throw new RuntimeException("CUDA out of memory. Tried to allocate 1.50 GiB. GPU 0 has a total capacity of"
                    + " 79.18 GiB of which 1.06 MiB is free.");
        });

        assertThat(failure)
                .hasMessage("Cannot allocate memory of the GPU: 1.50 GiB were asked for, more than it has left. Train"
                        + " with a smaller micro-batch, larger partition groups or more ranks.");
        assertThat(failure.bytes()).hasValue(3L << 29);
    }

    @Test
    void everythingElsePassesAsItIs() {
        OutOfMemoryError heap = new OutOfMemoryError("Java heap space");
        IllegalStateException own = new IllegalStateException("own", new IllegalArgumentException());
        for (Throwable failure : new Throwable[] {heap, own}) {
            assertThatThrownBy(() -> NativeMemory.guard(() -> {
                        if (failure instanceof OutOfMemoryError error) {
                            throw error;
                        }
                        throw (RuntimeException) failure;
                    }))
                    .isSameAs(failure);
        }
        assertThat(NativeMemory.<String>guard(() -> "done")).isEqualTo("done");
    }
}

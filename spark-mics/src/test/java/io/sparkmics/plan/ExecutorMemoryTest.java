package io.sparkmics.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ExecutorMemoryTest {

    private static final long MEBIBYTE = 1L << 20;
    private static final long GIBIBYTE = 1L << 30;

    /** Two ranks with 200 MiB of states and 100 of activations each, beside 1 GiB of heap. */
    private final ExecutorMemory memory = new ExecutorMemory(GIBIBYTE, 2, 200 * MEBIBYTE, 100 * MEBIBYTE);

    @Test
    void whatIsBesideTheHeapMustFitIntoTheOverhead() {
        long needed = ExecutorMemory.BASE_BYTES + 600 * MEBIBYTE;

        assertThat(memory.nativeBytes()).isEqualTo(needed);
        assertThat(memory.containerProblem(needed)).isEmpty();
        assertThat(memory.containerProblem(384 * MEBIBYTE))
                .hasValue("Cannot be sure that the executors live: beside its heap each may need 1,000 MiB (400 MiB for"
                        + " libtorch and the JVM, and for each of 2 ranks 200 MiB of states and buffers and about 100"
                        + " MiB of activations), and has 384 MiB. Set spark.executor.memoryOverhead to 1000m.");
        // What it says is enough, to the byte.
        ExecutorMemory odd = new ExecutorMemory(GIBIBYTE, 1, 1, 0);
        assertThat(odd.containerProblem(0).orElseThrow()).endsWith("Set spark.executor.memoryOverhead to 401m.");
        assertThat(odd.containerProblem(401 * MEBIBYTE)).isEmpty();
    }

    @Test
    void allExecutorsOfAMachineMustFitIntoIt() {
        assertThat(memory.bytes()).isEqualTo(GIBIBYTE + memory.nativeBytes());
        assertThat(memory.machineProblem(3 * memory.bytes(), 3)).isEmpty();
        assertThat(memory.machineProblem(4 * GIBIBYTE, 3))
                .hasValue(
                        "Cannot be sure that the executors live: each may need a heap of 1,024 MiB and beside it 1,000"
                                + " MiB (400 MiB for libtorch and the JVM, and for each of 2 ranks 200 MiB of states and"
                                + " buffers and about 100 MiB of activations), with 3 on the machine together 6,072 MiB, and it"
                                + " has 4,096 MiB. Set a smaller spark.executor.memory or microBatchSize, a larger"
                                + " partitionGroupSize, activationCheckpointing to 1, or spread the ranks over more machines.");
    }

    @Test
    void whatDoesNotFitWithoutHeapAndActivationsIsSureToFail() {
        long least = ExecutorMemory.BASE_BYTES + 400 * MEBIBYTE;

        assertThat(memory.exceedsSurely(least)).isFalse();
        assertThat(memory.exceedsSurely(least - 1)).isTrue();
    }

    @Test
    void figuresThatAreNoLongAreTheLargest() {
        ExecutorMemory huge = new ExecutorMemory(Long.MAX_VALUE, 1000, Long.MAX_VALUE, Long.MAX_VALUE);

        assertThat(huge.bytes()).isEqualTo(Long.MAX_VALUE);
        assertThat(huge.exceedsSurely(Long.MAX_VALUE)).isTrue();
        assertThat(huge.containerProblem(GIBIBYTE)).isPresent();
    }

    @Test
    void numbersThatCannotBeAreRefused() {
        assertThatThrownBy(() -> new ExecutorMemory(GIBIBYTE, 0, 1, 1))
                .hasMessage("Cannot add up an executor's memory of a heap of 1073741824 bytes and 0 ranks with 1 and 1"
                        + " bytes: heap and ranks must be positive, the others not negative.");
    }
}

package io.sparkmics.job.rank;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.bootstrap.deadline.PeerException;
import io.sparkmics.checkpoint.CheckpointException;
import io.sparkmics.checkpoint.NonFiniteWeightsException;
import org.junit.jupiter.api.Test;

class FailureKindTest {

    private static final String ILLEGAL = "CUDA error: an illegal memory access was encountered\nSearch for";

    @Test
    void aLostContextIsOneWhereverItIsNoticed() {
        assertThat(FailureKind.of(new RuntimeException(ILLEGAL))).isEqualTo(FailureKind.DEVICE);
        assertThat(FailureKind.of(new IllegalArgumentException("of a stage", new RuntimeException(ILLEGAL))))
                .isEqualTo(FailureKind.DEVICE);
        assertThat(FailureKind.of(new PeerException("Cannot finish gather 3: NCCL says: unhandled cuda error"
                        + " (Cuda failure 700 'an illegal memory access was encountered').")))
                .isEqualTo(FailureKind.DEVICE);
    }

    @Test
    void otherErrorsOfCudaAreWhatTheyWere() {
        assertThat(FailureKind.of(new RuntimeException("CUDA error: invalid argument")))
                .isEqualTo(FailureKind.CODE);
        assertThat(FailureKind.of(new PeerException("Cannot finish gather 3: the communicator was aborted.")))
                .isEqualTo(FailureKind.CONSEQUENCE);
    }

    /** Tried again, the same numbers would be read. */
    @Test
    void weightsThatAreNotFiniteAreInputAndNoFailureOfTheStorage() {
        assertThat(FailureKind.of(new NonFiniteWeightsException("1 of its 6 elements are not finite")))
                .isEqualTo(FailureKind.INPUT);
        assertThat(FailureKind.of(new CheckpointException("there is no such file")))
                .isEqualTo(FailureKind.STORAGE);
    }
}

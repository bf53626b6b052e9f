package io.sparkmics.job.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkmics.job.rank.FailureKind;
import io.sparkmics.job.rank.RankFailure;
import java.util.List;
import org.junit.jupiter.api.Test;

class AftermathTest {

    @Test
    void executorsThatCannotBeUsedAgainAreNotLeftToTheNextAttempt() {
        RankFailure device = Reports.of(2, FailureKind.DEVICE, "CudaContextException", "Cannot use the GPU", null);
        RankFailure heap = Reports.of(0, FailureKind.MEMORY, "OutOfMemoryError", "Java heap space", null);
        RankFailure native_ = Reports.of(1, FailureKind.ALLOCATION, "AllocationException", "Cannot allocate", null);

        assertThat(Aftermath.spent(List.of(device, heap, native_, Reports.consequence(3))))
                .containsExactly("executor-0", "executor-2");
        assertThat(Aftermath.spent(List.of(Reports.code(0, "broken"), native_))).isEmpty();
    }
}

package io.sparkmics.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkmics.bootstrap.deadline.CommunicationException;
import io.sparkmics.bootstrap.nccl.NcclAlone;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The real NCCL on one GPU: a world of one rank has nobody to talk to, but all calls, streams and events are real. */
@Tag("gpu")
class NcclOneRankTest {

    @BeforeEach
    void requireGpu() {
        OneGpu.required();
    }

    /** Again and again: worlds come and go in one process. */
    @RepeatedTest(5)
    void everyCollectiveIsRight() {
        try (NcclAlone alone = NcclAlone.on(0)) {
            for (torch.ScalarType type : CollectiveCases.TYPES) {
                for (long size : List.of(0, 1, 7, 1003, 500_009)) {
                    CollectiveCases.check(alone.device(), alone.communicator(), type, size);
                }
            }
        }
    }

    @Test
    void resultsThatAreJoinedAreOrderedByEvents() throws InterruptedException {
        try (NcclAlone alone = NcclAlone.on(0);
                PointerScope scope = new PointerScope()) {
            Tensor sum = torch.zeros(new long[] {10_000_000}, alone.device().options(torch.ScalarType.Float));
            // Out of place: of one rank alone NCCL leaves a sum in place untouched, so that no order would matter.
            Tensor gathered = torch.zeros_like(sum);
            for (int i = 0; i < 100; i++) {
                alone.communicator().gather(sum, gathered).join();
                sum.copy_(gathered).add_(new Scalar(1.0));
            }
            alone.synchronize();
            assertThat(sum.min().item_float()).isEqualTo(100);
            assertThat(sum.max().item_float()).isEqualTo(100);
        }
    }

    @Test
    void anAbortedCommunicatorRefusesToGoOn() {
        try (NcclAlone alone = NcclAlone.on(0);
                PointerScope scope = new PointerScope()) {
            Tensor sum = torch.ones(new long[] {1}, alone.device().options(torch.ScalarType.Float));
            alone.communicator().abort();
            assertThatThrownBy(() -> alone.communicator().allReduce(sum).await())
                    .isInstanceOf(CommunicationException.class)
                    .hasMessageEndingWith("the communicator was aborted.");
        }
    }
}

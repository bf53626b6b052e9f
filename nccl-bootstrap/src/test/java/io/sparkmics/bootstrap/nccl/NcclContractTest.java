package io.sparkmics.bootstrap.nccl;

import static org.assertj.core.api.Assumptions.assumeThat;

import io.sparkmics.bootstrap.CommunicatorContract;
import io.sparkmics.bootstrap.Transport;
import io.sparkmics.bootstrap.machine.GpuMachine;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/** The contract over the real NCCL, with as many ranks as this machine has GPUs. */
@Tag("gpu")
class NcclContractTest extends CommunicatorContract {

    private static final AtomicInteger NEXT = new AtomicInteger();
    private static int gpus;

    @BeforeEach
    void requireGpus() {
        assumeThat(GpuMachine.here().problems()).isEmpty();
        gpus = GpuMachine.here().gpus().size();
    }

    @Override
    protected int ranksAtOnce() {
        return gpus;
    }

    /** Consecutive ones are different GPUs, as long as a world has no more ranks than there are. */
    @Override
    protected Transport transport() {
        return NcclTransport.on(NEXT.getAndIncrement() % gpus);
    }
}

package io.sparkmics.bootstrap.nccl;

import static org.assertj.core.api.Assumptions.assumeThat;

import io.sparkmics.bootstrap.CommunicatorContract;
import io.sparkmics.bootstrap.machine.GpuMachine;
import io.sparkmics.bootstrap.transport.Transport;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/** The contract over the real NCCL, with as many ranks as this machine has GPUs. */
@Tag("gpu")
class NcclContractTest extends CommunicatorContract {

    private static final AtomicInteger NEXT = new AtomicInteger();
    private static GpuMachine machine;

    @BeforeEach
    void requireGpus() {
        // Once for all cases: it takes a second or two.
        machine = machine == null ? GpuMachine.here() : machine;
        assumeThat(machine.problems()).isEmpty();
    }

    @Override
    protected int ranksAtOnce() {
        return machine.gpus().size();
    }

    /** Consecutive ones are different GPUs, as long as a world has no more ranks than there are. */
    @Override
    protected Transport transport() {
        return NcclTransport.on(NEXT.getAndIncrement() % ranksAtOnce());
    }
}

package io.sparkmics.bootstrap.nccl;

import io.sparkmics.bootstrap.CommunicatorContract;
import io.sparkmics.bootstrap.transport.Transport;

/** Our side of the protocol keeps the contract. */
class HostNcclContractTest extends CommunicatorContract {

    private final HostNccl nccl = new HostNccl();

    @Override
    protected Transport transport() {
        return nccl.transport();
    }
}

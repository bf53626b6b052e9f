package io.sparkmics.bootstrap.memory;

import io.sparkmics.bootstrap.CommunicatorContract;
import io.sparkmics.bootstrap.Transport;
import io.sparkmics.bootstrap.gloo.GlooTransport;

/** Nodes of three ranks, the last with what is left: one of four, two of eight. */
class UnevenHostsContractTest extends CommunicatorContract {

    @Override
    protected Transport transport() {
        return MemoryTransport.over(GlooTransport.on("127.0.0.1"));
    }

    @Override
    protected int ranksPerNode(int worldSize) {
        return 3;
    }
}

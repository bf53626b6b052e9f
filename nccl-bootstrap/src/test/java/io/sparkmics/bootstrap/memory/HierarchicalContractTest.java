package io.sparkmics.bootstrap.memory;

import io.sparkmics.bootstrap.CommunicatorContract;
import io.sparkmics.bootstrap.Transport;
import io.sparkmics.bootstrap.gloo.GlooTransport;

/** Nodes of two ranks; where their number is odd, the last has one. */
class HierarchicalContractTest extends CommunicatorContract {

    @Override
    protected Transport transport() {
        return MemoryTransport.over(GlooTransport.on("127.0.0.1"));
    }

    @Override
    protected int ranksPerNode(int worldSize) {
        return 2;
    }
}

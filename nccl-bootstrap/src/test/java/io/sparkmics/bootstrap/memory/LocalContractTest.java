package io.sparkmics.bootstrap.memory;

import io.sparkmics.bootstrap.CommunicatorContract;
import io.sparkmics.bootstrap.gloo.GlooTransport;
import io.sparkmics.bootstrap.transport.Transport;

class LocalContractTest extends CommunicatorContract {

    @Override
    protected Transport transport() {
        return MemoryTransport.over(GlooTransport.on("127.0.0.1"));
    }
}

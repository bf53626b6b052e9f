package io.sparkmics.bootstrap.memory;

import io.sparkmics.bootstrap.CommunicatorContract;
import io.sparkmics.bootstrap.Transport;
import io.sparkmics.bootstrap.gloo.GlooTransport;

class LocalContractTest extends CommunicatorContract {

    @Override
    protected Transport transport() {
        return MemoryTransport.over(GlooTransport.on("127.0.0.1"));
    }
}

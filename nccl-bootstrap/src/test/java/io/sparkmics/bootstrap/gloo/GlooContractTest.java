package io.sparkmics.bootstrap.gloo;

import io.sparkmics.bootstrap.CommunicatorContract;
import io.sparkmics.bootstrap.transport.Transport;

class GlooContractTest extends CommunicatorContract {

    @Override
    protected Transport transport() {
        return GlooTransport.on("127.0.0.1");
    }
}

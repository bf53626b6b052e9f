package io.sparkmics.bootstrap.gloo;

import io.sparkmics.bootstrap.ProcessRanksContract;

class ProcessRanksTest extends ProcessRanksContract {

    @Override
    protected String road() {
        return "gloo";
    }

    @Override
    protected String[] signsOfAKilledRank() {
        return new String[] {"Connection closed by peer", "Connection reset by peer"};
    }
}

package io.sparkmics.bootstrap.memory;

import io.sparkmics.bootstrap.Chunks;
import io.sparkmics.bootstrap.Collective;
import io.sparkmics.bootstrap.Group;
import io.sparkmics.bootstrap.TrafficModel;

/**
 * What others read of a member's memory counts as sent to them, once for each of them: as many bytes as a ring sends in all.
 */
record HostTraffic() implements TrafficModel {

    @Override
    public void sends(Collective collective, Group group, long size, int elementSize, int root, Receiver receiver) {
        Chunks chunks = Chunks.of(size, group.size());
        for (int other = 0; other < group.size(); other++) {
            if (other != group.index()) {
                long own = chunks.length(group.index());
                long theirs = chunks.length(other);
                long elements = switch (collective) {
                    case GATHER -> own;
                    case REDUCE_SCATTER -> theirs;
                    case ALL_REDUCE -> own + theirs;
                    case BROADCAST -> group.index() == root ? size : 0;
                };
                if (elements > 0) {
                    receiver.accept(other, elements * elementSize);
                }
            }
        }
    }
}

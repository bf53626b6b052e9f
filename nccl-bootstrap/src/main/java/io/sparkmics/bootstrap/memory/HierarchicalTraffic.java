package io.sparkmics.bootstrap.memory;

import io.sparkmics.bootstrap.Chunks;
import io.sparkmics.bootstrap.ClusterLayout;
import io.sparkmics.bootstrap.Collective;
import io.sparkmics.bootstrap.Group;
import io.sparkmics.bootstrap.TrafficModel;

/**
 * What a member of a group that spans hosts sends: inside its host to each of the others, whether memory or sockets carry it; its
 * slices of the blocks to the next member of its ring.
 */
public final class HierarchicalTraffic implements TrafficModel {

    private final GroupHosts hosts;

    HierarchicalTraffic(GroupHosts hosts) {
        this.hosts = hosts;
    }

    /** Of one group, seen from one of its members. */
    public static HierarchicalTraffic of(Group group, ClusterLayout layout) {
        return new HierarchicalTraffic(GroupHosts.of(group, layout));
    }

    @Override
    public void sends(Collective collective, Group group, long size, int elementSize, int root, Receiver receiver) {
        Receiver bytes = (index, elements) -> {
            if (elements > 0) {
                receiver.accept(index, elements * elementSize);
            }
        };
        Chunks chunks = Chunks.of(size, group.size());
        switch (collective) {
            case GATHER -> {
                if (!hosts.even()) {
                    toNeighbours(chunks.length(group.index()), bytes);
                }
                gather(hosts.blocks(chunks), bytes);
            }
            case REDUCE_SCATTER -> {
                Chunks blocks = hosts.blocks(chunks);
                sum(blocks, bytes);
                if (!hosts.even()) {
                    toNeighbours(slice(blocks, hosts.host()), bytes);
                }
            }
            case ALL_REDUCE -> {
                Chunks blocks = Chunks.of(size, hosts.hosts());
                sum(blocks, bytes);
                gather(blocks, bytes);
            }
            case BROADCAST -> broadcast(size, root, bytes);
        }
    }

    /** Each neighbour reads its slices; in the ring a member never sends the sum that it keeps itself. */
    private void sum(Chunks blocks, Receiver elements) {
        for (int neighbour = 0; neighbour < hosts.locals(); neighbour++) {
            if (neighbour != hosts.local()) {
                long read = 0;
                for (int block = 0; block < hosts.hosts(); block++) {
                    read += hosts.slices(blocks, block).length(neighbour);
                }
                elements.accept(hosts.first(hosts.host()) + neighbour, read);
            }
        }
        toNext(slices(blocks) - slice(blocks, hosts.host()), elements);
    }

    /** In the ring a member never sends what the next one owns. */
    private void gather(Chunks blocks, Receiver elements) {
        toNext(slices(blocks) - slice(blocks, nextHost()), elements);
        toNeighbours(slices(blocks), elements);
    }

    private void broadcast(long size, int root, Receiver elements) {
        int from = hosts.hostOf(root);
        Chunks all = Chunks.of(size, 1);
        toNext(nextHost() == from ? 0 : slice(all, 0), elements);
        if (hosts.host() != from) {
            toNeighbours(slice(all, 0), elements);
        } else if (hosts.index() == root) {
            toNeighbours(size, elements);
        }
    }

    private int nextHost() {
        return (hosts.host() + 1) % hosts.hosts();
    }

    private long slice(Chunks blocks, int block) {
        return hosts.slices(blocks, block).length(hosts.local());
    }

    private long slices(Chunks blocks) {
        long all = 0;
        for (int block = 0; block < hosts.hosts(); block++) {
            all += slice(blocks, block);
        }
        return all;
    }

    private void toNext(long count, Receiver elements) {
        if (hosts.inRing()) {
            elements.accept(hosts.first(nextHost()) + hosts.local(), count);
        }
    }

    private void toNeighbours(long count, Receiver elements) {
        for (int neighbour : hosts.neighbours()) {
            if (neighbour != hosts.index()) {
                elements.accept(neighbour, count);
            }
        }
    }
}

package io.sparkmics.bootstrap.memory;

import io.sparkmics.bootstrap.collectives.Chunks;
import io.sparkmics.bootstrap.collectives.Collectives;
import io.sparkmics.bootstrap.collectives.RingCollectives;
import io.sparkmics.bootstrap.collectives.Tensors;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.IntConsumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * The collectives of a group that spans hosts and has several members on some of them: sums are made inside each host first,
 * then between the hosts, and what has arrived is spread inside each host. So the links between hosts carry what a ring with
 * one member for each host would send. A tensor is cut into one block for each host, a block into one slice for each ring: see
 * {@link GroupHosts}. While the network is busy with one block, the members of a host are at the next one.
 *
 * <p>Each element is summed once, in an order that the layout alone decides, and copied: all members have the same bits, in every
 * run. They may differ from those of one ring over all members in the last place.
 */
final class HierarchicalCollectives implements Collectives {

    private final GroupHosts hosts;
    private final Collectives local;
    private final Optional<RingCollectives> ring;

    /**
     * @param local over the members of this host; owned by the result
     * @param ring over the members that {@link GroupHosts#ring()} tells; empty where this one is in none; owned by the result
     */
    HierarchicalCollectives(GroupHosts hosts, Collectives local, Optional<RingCollectives> ring) {
        this.hosts = hosts;
        this.local = local;
        this.ring = ring;
    }

    @Override
    public void gather(Tensor shard, Tensor whole, Chunks chunks) {
        endingTogether(() -> {
            Tensor own = Tensors.chunk(whole, chunks, hosts.index());
            Tensors.copy(shard, own);
            Chunks blocks = hosts.blocks(chunks);
            if (!hosts.even()) {
                // Slices are no members' chunks.
                local.gather(own, whole, hosts.parts(chunks));
            }
            IntConsumer spread = spread(whole, blocks);
            ring.ifPresentOrElse(
                    member -> member.gather(whole, hosts.ringSlices(blocks), spread), () -> fromOwn(spread));
        });
    }

    @Override
    public void reduceScatter(Tensor whole, Tensor shard, Chunks chunks) {
        endingTogether(() -> {
            Chunks blocks = hosts.blocks(chunks);
            IntConsumer sum = sum(whole, blocks);
            ring.ifPresentOrElse(
                    member -> member.reduceScatter(whole, hosts.ringSlices(blocks), sum), () -> ownLast(sum));
            if (!hosts.even()) {
                spread(whole, blocks).accept(hosts.host());
            }
            Tensors.copy(Tensors.chunk(whole, chunks, hosts.index()), shard);
        });
    }

    @Override
    public void allReduce(Tensor whole) {
        endingTogether(() -> {
            Chunks blocks = Chunks.of(whole.numel(), hosts.hosts());
            IntConsumer sum = sum(whole, blocks);
            IntConsumer spread = spread(whole, blocks);
            ring.ifPresentOrElse(member -> member.allReduce(whole, hosts.ringSlices(blocks), sum, spread), () -> {
                ownLast(sum);
                fromOwn(spread);
            });
        });
    }

    @Override
    public void broadcast(Tensor whole, int root) {
        endingTogether(() -> {
            int from = hosts.hostOf(root);
            Chunks slices = hosts.slices(Chunks.of(whole.numel(), 1), 0);
            if (hosts.host() == from) {
                local.broadcast(whole, root - hosts.first(from));
            }
            Tensor slice = Tensors.chunk(whole, slices, hosts.local());
            ring.ifPresent(member -> member.broadcast(slice, from));
            if (hosts.host() != from) {
                local.gather(slice, whole, slices);
            }
        });
    }

    /** Sums a block over the members of this host: each gets the sum of its slice. */
    private IntConsumer sum(Tensor whole, Chunks blocks) {
        return slicewise(whole, blocks, (slice, slices) -> local.reduceScatter(whole, slice, slices));
    }

    /** Gives the members of this host each other's slices of a block. */
    private IntConsumer spread(Tensor whole, Chunks blocks) {
        return slicewise(whole, blocks, (slice, slices) -> local.gather(slice, whole, slices));
    }

    /** Work on this member's slice of a block, and on all of its slices. */
    @FunctionalInterface
    private interface SliceWork {
        void on(Tensor slice, Chunks slices);
    }

    private IntConsumer slicewise(Tensor whole, Chunks blocks, SliceWork work) {
        return block -> {
            if (hosts.locals() > 1 && blocks.length(block) > 0) {
                Chunks slices = hosts.slices(blocks, block);
                try (PointerScope scope = new PointerScope()) {
                    work.on(Tensors.chunk(whole, slices, hosts.local()), slices);
                }
            }
        };
    }

    /** Who is in no ring does its part in the order in which the rings of its host come to the blocks. */
    private void ownLast(IntConsumer work) {
        for (int steps = 1; steps <= hosts.hosts(); steps++) {
            work.accept(Math.floorMod(hosts.host() - steps, hosts.hosts()));
        }
    }

    private void fromOwn(IntConsumer work) {
        for (int steps = 0; steps < hosts.hosts(); steps++) {
            work.accept(Math.floorMod(hosts.host() - steps, hosts.hosts()));
        }
    }

    /** What fails between hosts ends the waits inside this one. */
    private void endingTogether(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            local.abort();
            throw e;
        }
    }

    @Override
    public OptionalInt awaited() {
        OptionalInt neighbour = local.awaited();
        if (neighbour.isPresent()) {
            return OptionalInt.of(hosts.first(hosts.host()) + neighbour.getAsInt());
        }
        OptionalInt host = ring.map(RingCollectives::awaited).orElse(OptionalInt.empty());
        return host.isPresent() ? OptionalInt.of(hosts.ring().get(host.getAsInt())) : OptionalInt.empty();
    }

    @Override
    public void abort() {
        local.abort();
        ring.ifPresent(RingCollectives::abort);
    }

    @Override
    public void close() {
        local.close();
        ring.ifPresent(RingCollectives::close);
    }
}

package io.sparkmics.engine;

import io.sparkmics.bootstrap.Communicator;
import io.sparkmics.bootstrap.Pending;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The gather of a partition group that spans nodes, in the order that keeps most bytes inside them: first between nodes,
 * among the ranks of equal local index, then inside each node, once for the chunks of each node, straight into their
 * places. Moves the same bits as a flat gather. Source: MiCS, section 3.3.
 */
final class HierarchicalGather implements UnitGather {

    private final Communicator interNode;
    private final Communicator intraNode;

    HierarchicalGather(Communicator interNode, Communicator intraNode) {
        this.interNode = interNode;
        this.intraNode = intraNode;
    }

    @Override
    public Pending start(Tensor shard, Tensor whole) {
        try (PointerScope scope = new PointerScope()) {
            int nodes = interNode.group().size();
            Tensor chunks = Native.keep(torch.empty(new long[] {nodes * shard.numel()}, shard.options(), null));
            Tensor places = Native.keep(whole.variable_data());
            Pending first = interNode.gather(shard, chunks);
            return () -> insideNodes(first, chunks, places);
        }
    }

    private void insideNodes(Pending first, Tensor chunks, Tensor places) {
        if (chunks.isNull()) {
            return;
        }
        try (PointerScope scope = new PointerScope()) {
            first.await();
            int nodes = interNode.group().size();
            long chunk = chunks.numel() / nodes;
            long nodeChunk = chunk * intraNode.group().size();
            List<Pending> second = new ArrayList<>();
            for (int node = 0; node < nodes; node++) {
                Tensor place = places.narrow(0, node * nodeChunk, nodeChunk);
                second.add(intraNode.gather(chunks.narrow(0, node * chunk, chunk), place));
            }
            awaitAll(second);
        } finally {
            chunks.close();
            places.close();
        }
    }

    /** All of them, also when one fails: the others still write to the unit, which its owner may free afterwards. */
    private static void awaitAll(List<Pending> gathers) {
        RuntimeException failure = null;
        for (Pending gather : gathers) {
            try {
                gather.await();
            } catch (RuntimeException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}

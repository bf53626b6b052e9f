package io.sparkmics.engine.gather;

import io.sparkmics.bootstrap.Communicator;
import io.sparkmics.bootstrap.Pending;
import io.sparkmics.engine.device.Native;
import io.sparkmics.engine.shard.UnitShard;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * The gather of a partition group that spans nodes, in the order that keeps most bytes inside them: first between nodes,
 * among the ranks of equal local index, then inside each node, once for the chunks of each node, straight into their
 * places. Moves the same bits as a flat gather. Source: MiCS, section 3.3.
 */
public record HierarchicalGather(Communicator interNode, Communicator intraNode) implements UnitGather {

    /** One chunk from each node. */
    @Override
    public long passing(UnitShard shard) {
        return interNode.group().size() * shard.size();
    }

    @Override
    public Pending start(Tensor shard, Tensor whole, Tensor passing) {
        try (PointerScope scope = new PointerScope()) {
            // Handles of their own: the caller's may be closed before the second stage begins.
            Tensor chunks = Native.keep(passing.variable_data());
            Tensor places = Native.keep(whole.variable_data());
            return interNode.gather(shard, chunks).then(() -> insideNodes(chunks, places));
        }
    }

    private Pending insideNodes(Tensor chunks, Tensor places) {
        try (PointerScope scope = new PointerScope()) {
            int nodes = interNode.group().size();
            long chunk = chunks.numel() / nodes;
            long nodeChunk = chunk * intraNode.group().size();
            List<Tensor> ofNodes = new ArrayList<>();
            List<Tensor> theirPlaces = new ArrayList<>();
            for (int node = 0; node < nodes; node++) {
                ofNodes.add(chunks.narrow(0, node * chunk, chunk));
                theirPlaces.add(places.narrow(0, node * nodeChunk, nodeChunk));
            }
            return intraNode.gather(ofNodes, theirPlaces);
        } finally {
            chunks.close();
            places.close();
        }
    }
}

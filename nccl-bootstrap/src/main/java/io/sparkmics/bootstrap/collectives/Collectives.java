package io.sparkmics.bootstrap.collectives;

import java.util.Optional;
import java.util.OptionalInt;
import org.bytedeco.pytorch.Tensor;

/**
 * How one member carries out the collectives of its group: blocking, by one thread at a time, with tensors of one dimension whose
 * sizes fit. A {@link QueuedCommunicator} makes a communicator of it.
 */
public interface Collectives {

    /**
     * Each member's shard goes to its chunk of everyone's whole; the rest of the whole stays.
     *
     * @param shard as long as this member's chunk; may be that chunk
     */
    void gather(Tensor shard, Tensor whole, Chunks chunks);

    /**
     * Each member gets the sum of its chunk. The wholes' chunks hold anything afterwards; the rest of the wholes stays.
     *
     * @param shard as long as this member's chunk; may be that chunk
     */
    void reduceScatter(Tensor whole, Tensor shard, Chunks chunks);

    void allReduce(Tensor whole);

    /** @param root an index in the group */
    void broadcast(Tensor whole, int root);

    /** As {@link Communicator#commonMemory}. */
    default Optional<Tensor> commonMemory(long bytes) {
        return Optional.empty();
    }

    /** The index of the member that the operation of the moment waits for; empty: none. For any thread. */
    OptionalInt awaited();

    /** Ends in error what is under way, here and at the other members. Idempotent, for any thread. */
    void abort();

    /** Gives back what only these collectives use; none is under way or begins any more. Idempotent. */
    void close();
}

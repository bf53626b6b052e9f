package io.sparkmics.bootstrap.collectives;

import io.sparkmics.bootstrap.groups.Group;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * The collectives of one group. Every member calls the same operations in the same order with the same sizes and types.
 *
 * <p>Each call checks its own arguments, starts the operation and returns at once; tensors are contiguous, stay the caller's,
 * and must be neither changed nor freed before {@link Pending#await()} has returned. When it throws, all operations that were
 * started on this communicator are given up: the tensors of each hold garbage and may be freed. A communicator is used by one
 * thread at a time.
 *
 * <p>Errors: {@link IllegalArgumentException} for arguments that this rank can see to be wrong, {@link
 * CommunicationException} for everything that the others have a part in.
 */
public interface Communicator extends AutoCloseable {

    Group group();

    /**
     * All-gather: {@code whole} becomes the members' {@code shard}s, in the order of their index.
     *
     * @param shard n elements; may be the part of {@code whole} at this rank's index
     * @param whole n times the group's size
     */
    Pending gather(Tensor shard, Tensor whole);

    /**
     * Several all-gathers, of which the result is done when the last one is. On a GPU they are launched in one go: the host
     * waits for one launch, not for each.
     *
     * @param shards at least one; each as in {@link #gather(Tensor, Tensor)}
     * @param wholes one for each of them
     */
    default Pending gather(List<Tensor> shards, List<Tensor> wholes) {
        List<Pending> gathers = new ArrayList<>();
        for (int i = 0; i < shards.size(); i++) {
            gathers.add(gather(shards.get(i), wholes.get(i)));
        }
        return new AllPending(gathers);
    }

    /**
     * Reduce-scatter with sum: {@code shard} becomes this member's part of the sum of all {@code whole}s.
     *
     * @param whole n times the group's size elements; its content is undefined afterwards
     * @param shard n elements
     */
    Pending reduceScatter(Tensor whole, Tensor shard);

    /** All-reduce with sum, in place. */
    Pending allReduce(Tensor tensor);

    /**
     * Copies the root's content to every member, in place.
     *
     * @param root an index in the group, not a rank of the world
     */
    Pending broadcast(Tensor tensor, int root);

    /**
     * Memory that all members read and write where it lies, zero at first; empty where they have none in common. Every member
     * asks as often, for as many bytes each time, and none waits for another. What a member has written the others see once all
     * have taken part in a collective behind it. It stays until the last member has closed its tensor.
     *
     * @param bytes above 0
     * @return uint8 [bytes]; the caller's to close
     */
    Optional<Tensor> commonMemory(long bytes);

    /** The clean way out: no operation is in flight. Idempotent. */
    @Override
    void close();

    /**
     * The other way out: gives up what is in flight, so that peers fail instead of waiting. Afterwards buffers of pending
     * operations hold garbage. Idempotent, callable from any thread.
     */
    void abort();
}

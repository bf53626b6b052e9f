package io.sparkmics.bootstrap.collectives;

import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.deadline.CommunicationException;
import java.util.function.Supplier;

/** A collective on its way. Keeps the tensors of the operation alive until it has been joined, awaited or aborted. */
public interface Pending {

    /**
     * Waits until the operation is done, its deadline has passed, the communicator was aborted or the task was cancelled.
     * A second call returns at once. When it throws, nothing that was started on the communicator uses its tensors any
     * more.
     *
     * @throws CommunicationException naming operation, sequence number and group, when it did not succeed
     */
    void await();

    /**
     * What this thread asks of the device from now on comes after the operation: it may read, change and free the tensors.
     * On a GPU the thread itself goes on at once; a collective that hangs then shows in the next {@link #await()} or
     * {@link RankContext#synchronize()}. On the CPU it is the same as {@link #await()}.
     *
     * @throws CommunicationException as {@link #await()} does, where it is already known
     */
    default void join() {
        await();
    }

    /**
     * An operation that reads what this one makes, and the two as one. On a GPU it is started at once, to run when this one
     * is done; on the CPU it is started by the first await or join.
     *
     * @param next called once
     */
    default Pending then(Supplier<Pending> next) {
        Pending first = this;
        return new Pending() {

            private Pending second;

            @Override
            public void await() {
                if (second == null) {
                    first.await();
                    second = next.get();
                }
                second.await();
            }
        };
    }
}

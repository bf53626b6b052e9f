package io.sparkmics.bootstrap;

/** A collective on its way. Keeps the tensors of the operation alive until it has been awaited or aborted. */
public interface Pending {

    /**
     * Waits until the operation is done, its deadline has passed, the communicator was aborted or the task was cancelled.
     * A second call returns at once. When it throws, nothing that was started on the communicator uses its tensors any
     * more.
     *
     * @throws CommunicationException naming operation, sequence number and group, when it did not succeed
     */
    void await();
}

package io.sparkmics.bootstrap.memory;

import io.sparkmics.bootstrap.deadline.PeerException;
import org.bytedeco.pytorch.Tensor;

/** Where a thread lays out a tensor for the other threads of its group. It is not freed under the hands of one who reads it. */
final class Posting {

    private Tensor tensor;
    private int readers;

    synchronized void layOut(Tensor given) {
        tensor = given;
    }

    /**
     * Begins to read, until {@link #done}.
     *
     * @throws PeerException where it was taken back
     */
    synchronized Tensor read() {
        if (tensor == null) {
            throw new PeerException("a member has taken back what it had laid out");
        }
        readers++;
        return tensor;
    }

    synchronized void done() {
        readers--;
        notifyAll();
    }

    /** Nobody reads it afterwards. Waits for those who do: a copy has no other end. */
    synchronized void takeBack() {
        tensor = null;
        boolean interrupted = false;
        while (readers > 0) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

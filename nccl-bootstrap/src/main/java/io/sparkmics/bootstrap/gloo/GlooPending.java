package io.sparkmics.bootstrap.gloo;

import io.sparkmics.bootstrap.CommunicationException;
import io.sparkmics.bootstrap.CommunicationSettings;
import io.sparkmics.bootstrap.Pending;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Waits for one operation. When the wait ends badly the whole mesh is aborted, so that the failure travels from peer to peer,
 * and the operation has let go of its memory before the error leaves.
 */
final class GlooPending implements Pending {

    private static final long POLL_MILLIS = 5;

    private final String what;
    private final Future<Void> operation;
    private final GlooCommunicator communicator;
    private final CommunicationSettings settings;

    GlooPending(String what, Future<Void> operation, GlooCommunicator communicator, CommunicationSettings settings) {
        this.what = what;
        this.operation = operation;
        this.communicator = communicator;
        this.settings = settings;
    }

    @Override
    public void await() {
        long deadline = System.nanoTime() + settings.timeout().toNanos();
        while (true) {
            try {
                operation.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException e) {
                if (communicator.aborted()) {
                    throw failure("the communicator was aborted", null);
                }
                if (settings.cancelled().getAsBoolean()) {
                    throw failure("the task was cancelled", null);
                }
                if (System.nanoTime() > deadline) {
                    throw failure(
                            "no end within " + settings.timeout() + ". Look for the first error of the other ranks",
                            null);
                }
            } catch (ExecutionException e) {
                throw communicator.aborted()
                        ? failure("the communicator was aborted", e.getCause())
                        : failure(NativeErrors.reason(e.getCause()), e.getCause());
            } catch (InterruptedException e) {
                CommunicationException failure = failure("the thread was interrupted", e);
                Thread.currentThread().interrupt();
                throw failure;
            }
        }
    }

    private CommunicationException failure(String reason, Throwable cause) {
        communicator.abort();
        LetGo.within(LetGo.MILLIS, this::ended);
        return new CommunicationException("Cannot finish " + what + ": " + reason + ".", cause);
    }

    private boolean ended(long millis) throws InterruptedException {
        try {
            operation.get(millis, TimeUnit.MILLISECONDS);
            return true;
        } catch (ExecutionException e) {
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }
}

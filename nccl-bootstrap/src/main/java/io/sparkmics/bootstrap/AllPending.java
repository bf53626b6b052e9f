package io.sparkmics.bootstrap;

import java.util.List;
import java.util.function.Consumer;

/** Several collectives that are done when the last one is. */
record AllPending(List<Pending> parts) implements Pending {

    @Override
    public void await() {
        each(Pending::await);
    }

    @Override
    public void join() {
        each(Pending::join);
    }

    /** All of them, also when one fails: the others still write to memory, which its owner may use otherwise afterwards. */
    private void each(Consumer<Pending> wait) {
        RuntimeException failure = null;
        for (Pending part : parts) {
            try {
                wait.accept(part);
            } catch (RuntimeException e) {
                failure = failure == null ? e : failure;
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}

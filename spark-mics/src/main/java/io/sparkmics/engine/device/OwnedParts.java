package io.sparkmics.engine.device;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * What an object has of native memory, in the order in which it was had. Where the object cannot be made whole, what there was
 * until then is given back: the next attempt needs it.
 */
public final class OwnedParts implements AutoCloseable {

    private final Deque<Runnable> closers = new ArrayDeque<>();

    /** @return the part, which is closed with this */
    public <T> T own(T part, Consumer<T> close) {
        closers.push(() -> close.accept(part));
        return part;
    }

    /** The latest first. Idempotent. */
    @Override
    public void close() {
        while (!closers.isEmpty()) {
            closers.pop().run();
        }
    }
}

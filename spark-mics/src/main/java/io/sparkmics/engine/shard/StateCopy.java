package io.sparkmics.engine.shard;

import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.collectives.RankDevice;
import io.sparkmics.model.Unit;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * One rank's states as they were at one moment, in host memory that is allocated once: so they can be written while the next
 * steps change the states themselves. Holds nothing until the first {@link #take}.
 *
 * <p>The engine's thread takes, any one thread reads, one of them at a time: whoever hands the copy from one to the other
 * sees to it, and is told where it does not. The owner closes it, before or after the engine.
 */
public final class StateCopy implements AutoCloseable {

    /** Sees a rank's states one after another. */
    @FunctionalInterface
    public interface Visitor {

        /**
         * @param shard elements [shard size], padding included, contiguous, on the CPU; valid during the call only
         */
        void visit(Unit unit, StateKind kind, Tensor shard) throws IOException;
    }

    private final ShardLayout layout;
    private final Map<StateKind, ShardedState> states;
    private final LongSupplier counter;
    private final RankContext ranks;
    private final Map<StateKind, ShardedState> copies = new EnumMap<>(StateKind.class);
    private final long bytes;
    private long updates = -1;
    private boolean used;
    private boolean closed;

    /**
     * @param states what is copied; stay the engine's
     * @param counter of the updates that have made them
     */
    public StateCopy(ShardLayout layout, Map<StateKind, ShardedState> states, LongSupplier counter, RankContext ranks) {
        this.layout = layout;
        this.states = states;
        this.counter = counter;
        this.ranks = ranks;
        // Written to at once: where there is too little memory that shows before the first step, not at the copy.
        try {
            states.forEach((kind, state) ->
                    copies.put(kind, ShardedState.zeros(state.layout(), state.type(), RankDevice.cpu())));
        } catch (RuntimeException | Error e) {
            free();
            throw e;
        }
        bytes = copies.values().stream().mapToLong(ShardedState::bytes).sum();
    }

    /**
     * Copies all states; returns when they are copied. For the thread of the engine, between two steps.
     *
     * @throws IllegalStateException while they are read, or when this or the engine is closed
     */
    public void take() {
        begin("take");
        try (PointerScope scope = new PointerScope()) {
            if (states.values().stream().anyMatch(ShardedState::closed)) {
                throw new IllegalStateException("Cannot take the copy of the states: the engine is closed.");
            }
            // What a copy that fails leaves is none.
            updates = -1;
            // With its deadline: behind it the copy waits for nothing.
            ranks.synchronize();
            copies.forEach((kind, copy) -> copy.copy(states.get(kind)));
            updates = counter.getAsLong();
        } finally {
            end();
        }
    }

    /**
     * Shows the states that were taken last, unit after unit. Where this is closed meanwhile, memory is freed behind the last
     * of them.
     *
     * @throws IOException what the visitor threw
     * @throws IllegalStateException where nothing has been taken, while states are taken or read, or when this is closed
     */
    public void forEach(Visitor visitor) throws IOException {
        begin("read");
        try {
            updates();
            for (UnitShard shard : layout.shards()) {
                for (StateKind kind : kinds(shard.unit())) {
                    visitor.visit(shard.unit(), kind, copies.get(kind).of(shard));
                }
            }
        } finally {
            end();
        }
    }

    /** How many updates had made what was taken last; 0 with an optimizer that does not count them. */
    public long updates() {
        if (updates < 0) {
            throw new IllegalStateException("Cannot read the copy of the states: none has been taken yet. Take one.");
        }
        return updates;
    }

    /** What is copied of the unit, in the order in which {@link #forEach} shows it. */
    public List<StateKind> kinds(Unit unit) {
        return copies.keySet().stream().filter(kind -> kind.isKeptOf(unit)).toList();
    }

    /** How it lies. */
    public ShardLayout layout() {
        return layout;
    }

    /** Of host memory, the same from beginning to end. */
    public long bytes() {
        return bytes;
    }

    private synchronized void begin(String purpose) {
        if (closed || used) {
            throw new IllegalStateException("Cannot " + purpose + " the copy of the states: it is "
                    + (closed ? "closed." : "being taken or read. Wait until that is done."));
        }
        used = true;
    }

    private synchronized void end() {
        used = false;
        if (closed) {
            free();
        }
    }

    /** Who reads it now reads on, and memory is freed behind that. */
    @Override
    public synchronized void close() {
        closed = true;
        if (!used) {
            free();
        }
    }

    private void free() {
        copies.values().forEach(ShardedState::close);
    }
}

package io.sparkmics.bootstrap.memory;

import io.sparkmics.bootstrap.deadline.PeerException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntFunction;

/**
 * Where the members of a group show each other how far they are: a few numbers of each, which only grow. What a member did
 * before it put a number is seen by who has read it. One thread of each member waits; any thread may abort.
 */
abstract class Board implements AutoCloseable {

    /** What a member shows. */
    enum Word {
        /** How often it has laid out something for the others to read. */
        PUBLISHED,
        /** How often it has read what the others laid out. */
        TAKEN,
        /** {@link #HERE} or a reason to wait for it no longer. */
        STATE
    }

    static final long HERE = 0;
    static final long CLOSED = 1;
    static final long ABORTED = 2;

    /** A few microseconds: less than it costs to sleep and be woken. */
    private static final int SPINS = 50;

    private static final int NOBODY = -1;

    /** How often a long wait checks that the process it waits for still runs. */
    private static final long PROCESS_CHECK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final int members;
    private final int index;
    private final IntFunction<String> names;
    private final LongAdder wakeUps = new LongAdder();
    private volatile boolean aborted;
    private volatile int awaited = NOBODY;

    /** @param names what errors call a member */
    Board(int members, int index, IntFunction<String> names) {
        this.members = members;
        this.index = index;
        this.names = names;
    }

    final int members() {
        return members;
    }

    final int index() {
        return index;
    }

    /** The member that comes so many after this one, in a circle. */
    final int after(int steps) {
        return (index + steps) % members;
    }

    abstract long get(int member, Word word);

    /** Shows the others a number of this member, and wakes those who wait for it. */
    abstract void put(Word word, long value);

    /**
     * Sleeps until the member may have put the number, or its state, or this one was aborted; sometimes for nothing, and never
     * longer than 100 ms.
     *
     * @param waited how long this wait has lasted
     */
    abstract void sleep(int member, Word word, long atLeast, long waited);

    /** Whether the member's process has ended. */
    abstract boolean lost(int member);

    /**
     * Waits until the member has put that number, or a greater one.
     *
     * @throws PeerException where that cannot come any more
     */
    final void await(int member, Word word, long atLeast) {
        for (int spin = 0; spin < SPINS; spin++) {
            if (get(member, word) >= atLeast) {
                return;
            }
            Thread.onSpinWait();
        }
        awaited = member;
        long begin = System.nanoTime();
        long nextCheck = PROCESS_CHECK_NANOS;
        while (get(member, word) < atLeast) {
            long waited = System.nanoTime() - begin;
            Optional<String> trouble = trouble(member, waited > nextCheck);
            // It may have put the number, and left.
            if (trouble.isPresent() && get(member, word) < atLeast) {
                throw new PeerException(trouble.get());
            }
            nextCheck = waited > nextCheck ? waited + PROCESS_CHECK_NANOS : nextCheck;
            sleep(member, word, atLeast, waited);
            wakeUps.increment();
        }
        awaited = NOBODY;
    }

    private Optional<String> trouble(int member, boolean checkProcess) {
        if (aborted) {
            return Optional.of("the communicator was aborted");
        }
        long state = get(member, Word.STATE);
        if (state == ABORTED) {
            return Optional.of(names.apply(member) + " has given up");
        }
        if (state == CLOSED) {
            return Optional.of(names.apply(member) + " has left");
        }
        return checkProcess && lost(member)
                ? Optional.of("the process of " + names.apply(member) + " has ended")
                : Optional.empty();
    }

    /** The member that is waited for, or that the last wait failed for. */
    final OptionalInt awaited() {
        int member = awaited;
        return member == NOBODY ? OptionalInt.empty() : OptionalInt.of(member);
    }

    /** How often a wait of this member has slept. */
    final long wakeUps() {
        return wakeUps.sum();
    }

    /** Ends this member's waits. */
    final void abort() {
        aborted = true;
        giveUp();
    }

    /** The others see that nothing comes of this member any more. */
    final void giveUp() {
        put(Word.STATE, ABORTED);
    }

    final boolean aborted() {
        return aborted;
    }

    /** The others see that this member has left, unless it has given up before. */
    @Override
    public void close() {
        if (get(index, Word.STATE) == HERE) {
            put(Word.STATE, CLOSED);
        }
    }
}

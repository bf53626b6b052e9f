package io.sparkmics.bootstrap.memory;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

/**
 * The board of members that are processes. Nobody wakes them, so they look again: the longer they have waited, the more rarely.
 */
final class MappedBoard extends Board {

    private static final long SHORTEST = TimeUnit.MICROSECONDS.toNanos(20);
    private static final long LONGEST = TimeUnit.MILLISECONDS.toNanos(2);

    /** A wait lasts longer than it need by this part of it. */
    private static final int PART = 8;

    private final Region region;
    private final Presence presence;
    private boolean closed;

    /** @param region owned by the result, as the presence is */
    MappedBoard(Region region, Presence presence, int members, int index, IntFunction<String> names) {
        super(members, index, names);
        this.region = region;
        this.presence = presence;
    }

    @Override
    synchronized void put(Word word, long value) {
        if (!closed) {
            region.put(index(), word, value);
        }
    }

    @Override
    long get(int member, Word word) {
        return region.get(member, word);
    }

    @Override
    void sleep(int member, Word word, long atLeast, long waited) {
        LockSupport.parkNanos(this, Math.max(SHORTEST, Math.min(LONGEST, waited / PART)));
    }

    @Override
    boolean lost(int member) {
        return presence.ended(member);
    }

    /** Afterwards nobody asks it anything; an abort from another thread is too late. */
    @Override
    public synchronized void close() {
        if (!closed) {
            super.close();
            closed = true;
            presence.close();
            region.close();
        }
    }
}

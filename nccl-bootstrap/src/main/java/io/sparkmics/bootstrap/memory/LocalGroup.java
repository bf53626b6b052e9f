package io.sparkmics.bootstrap.memory;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import org.bytedeco.pytorch.Tensor;

/** What members that are threads of this process share: numbers, sleepers, and a place for a tensor of each. */
final class LocalGroup {

    /** Numbers of two members in one line of the processor's cache would slow both down. */
    private static final int STRIDE = 16;

    private static final long SLEEP_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Longer than any members take to meet: a group that one has left and another never joined is forgotten then. */
    private static final long FORGOTTEN_NANOS = TimeUnit.HOURS.toNanos(1);

    private static final Map<String, LocalGroup> GROUPS = new HashMap<>();

    /** Who sleeps, and for what. */
    private record Sleeper(Thread thread, int member, Board.Word word, long atLeast) {

        boolean waitsFor(int changed, Board.Word what, long value) {
            return member == changed && (what == Board.Word.STATE || what == word && value >= atLeast);
        }
    }

    private final int members;
    private final long begin = System.nanoTime();
    private final AtomicLongArray words;
    private final AtomicReferenceArray<Sleeper> sleepers;
    private final Posting[] postings;
    private final CommonMemories common;
    private int present;
    private int left;

    private LocalGroup(int members) {
        this.members = members;
        words = new AtomicLongArray(members * Board.Word.values().length * STRIDE);
        sleepers = new AtomicReferenceArray<>(members);
        postings = new Posting[members];
        common = new CommonMemories(members);
        for (int member = 0; member < members; member++) {
            postings[member] = new Posting();
        }
    }

    /** The group of this name, which its members alone know. Each joins and leaves once. */
    static LocalGroup join(String name, int members) {
        synchronized (GROUPS) {
            GROUPS.values().removeIf(group -> group.present == 0 && System.nanoTime() - group.begin > FORGOTTEN_NANOS);
            LocalGroup group = GROUPS.computeIfAbsent(name, any -> new LocalGroup(members));
            group.present++;
            return group;
        }
    }

    private void leave() {
        synchronized (GROUPS) {
            present--;
            left++;
            if (left == members) {
                GROUPS.values().remove(this);
                common.close();
            }
        }
    }

    /** How many groups are known. */
    static int count() {
        synchronized (GROUPS) {
            return GROUPS.size();
        }
    }

    Posting posting(int member) {
        return postings[member];
    }

    /** @param number how often the member has asked before */
    Tensor commonMemory(int number, long bytes) {
        return common.handle(number, bytes);
    }

    /** The board as this member sees it; closing it leaves the group. */
    Board board(int index, IntFunction<String> names) {
        return new LocalBoard(index, names);
    }

    private final class LocalBoard extends Board {

        private boolean closed;

        LocalBoard(int index, IntFunction<String> names) {
            super(members, index, names);
        }

        @Override
        long get(int member, Word word) {
            return words.get(place(member, word));
        }

        private int place(int member, Word word) {
            return (member * Word.values().length + word.ordinal()) * STRIDE;
        }

        @Override
        void put(Word word, long value) {
            words.set(place(index(), word), value);
            for (int member = 0; member < members; member++) {
                Sleeper sleeper = sleepers.get(member);
                if (sleeper != null
                        && (member == index() ? word == Word.STATE : sleeper.waitsFor(index(), word, value))) {
                    LockSupport.unpark(sleeper.thread());
                }
            }
        }

        @Override
        void sleep(int member, Word word, long atLeast, long waited) {
            sleepers.set(index(), new Sleeper(Thread.currentThread(), member, word, atLeast));
            // What came before anyone could see the sleeper wakes nobody.
            if (get(member, word) < atLeast && get(member, Word.STATE) == HERE && !aborted()) {
                LockSupport.parkNanos(this, SLEEP_NANOS);
            }
            sleepers.set(index(), null);
        }

        /** They end together. */
        @Override
        boolean lost(int member) {
            return false;
        }

        @Override
        public void close() {
            super.close();
            if (!closed) {
                closed = true;
                leave();
            }
        }
    }
}

package io.sparkmics.faults;

import java.util.regex.Pattern;

/**
 * What a storage does wrong.
 *
 * @param operation create, write, close, mkdirs, delete, rename, open; empty: any that changes something
 * @param path a regular expression; a part of the path matches it
 * @param from the first of the matching operations that it happens to, counted from 1 over all processes
 * @param last the last of them
 * @param seconds of {@link Action#BLOCK}
 */
record StorageFault(Action action, String operation, String path, long from, long last, double seconds) {

    /** What can happen. */
    enum Action {
        /** The operation fails: no space is left. */
        NO_SPACE,
        /** This operation and all that follow fail, as if the power were off; but nobody dies. */
        CUT_OFF,
        /** It takes so many seconds, whatever the thread is told. */
        BLOCK,
        /** The process is killed before the operation. */
        KILL,
        /** One bit of what is written is another. */
        FLIP
    }

    static StorageFault of(Action action, String operation, String path, long from) {
        return new StorageFault(action, operation, path, from, from, 0);
    }

    StorageFault forEver() {
        return new StorageFault(action, operation, path, from, Long.MAX_VALUE, seconds);
    }

    StorageFault seconds(double some) {
        return new StorageFault(action, operation, path, from, last, some);
    }

    boolean matches(String itsOperation, String itsPath) {
        boolean changes = !itsOperation.equals("open");
        return (operation.isEmpty() ? changes : operation.equals(itsOperation))
                && Pattern.compile(path).matcher(itsPath).find();
    }
}

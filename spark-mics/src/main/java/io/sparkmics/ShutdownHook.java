package io.sparkmics;

import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.util.ShutdownHookManager;

/** What is still to be done when the process is ended, by Ctrl-C for instance, before this is closed. */
final class ShutdownHook implements AutoCloseable {

    /** Hooks run from high to low: before Spark stops, whose hooks have 30 more than Hadoop's file systems. */
    private static final int BEFORE_SPARK = FileSystem.SHUTDOWN_HOOK_PRIORITY + 40;

    private final Runnable hook;

    private ShutdownHook(Runnable hook) {
        this.hook = hook;
    }

    static ShutdownHook of(Runnable hook) {
        ShutdownHookManager.get().addShutdownHook(hook, BEFORE_SPARK);
        return new ShutdownHook(hook);
    }

    @Override
    public void close() {
        try {
            ShutdownHookManager.get().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process is ending: the hook has run, or is about to.
        }
    }
}

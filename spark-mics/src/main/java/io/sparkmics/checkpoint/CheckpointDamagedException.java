package io.sparkmics.checkpoint;

import java.util.function.Supplier;

/** What lies on the storage is not the checkpoint that was written, and stays so: reading it again comes to the same end. */
public final class CheckpointDamagedException extends CheckpointException {

    private static final long serialVersionUID = 1L;

    public CheckpointDamagedException(String message, Throwable cause) {
        super(message, cause);
    }

    /**
     * Reads files of a checkpoint: whatever is wrong with them is damage, but that the storage does not answer, or has lost the
     * directory of all checkpoints with it, as one that is not mounted any more.
     */
    static <T> T where(CheckpointFolder folder, Supplier<T> read) {
        try {
            return read.get();
        } catch (StorageException e) {
            throw e;
        } catch (CheckpointException e) {
            if (!folder.hasDirectory()) {
                throw new StorageException(
                        e.getMessage() + " The directory " + folder.path().getParent()
                                + " is not there: mount its storage again.",
                        e);
            }
            throw new CheckpointDamagedException(e.getMessage(), e);
        }
    }
}

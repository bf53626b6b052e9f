package io.sparkmics.job.attempt;

import io.sparkmics.checkpoint.CheckpointFolder;
import io.sparkmics.checkpoint.manifest.ShardFile;
import io.sparkmics.job.rank.Attempt;
import io.sparkmics.job.rank.Saving;
import io.sparkmics.monitor.MetricsFile;
import io.sparkmics.monitor.StepMetrics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * Makes checkpoints of what the ranks of one attempt have written. Only the driver does, for the attempt that runs: so what
 * ranks of an earlier one still write never becomes a checkpoint. Looks for the files, as a message may be lost. For one
 * thread.
 */
final class CheckpointCommitter {

    /** Older ones that a rank has left out would be looked for in vain, again and again. */
    private static final int MOST_DUE = 16;

    /**
     * A checkpoint that was made.
     *
     * @param step how many were done
     * @param bytes of its shards
     * @param heldOutLoss of the evaluation behind its last step; null where there was none
     */
    record Committed(CheckpointFolder folder, long step, long bytes, Double heldOutLoss) {

        StartPoint start() {
            return new StartPoint(step, folder.path().toString());
        }
    }

    private final ManifestDraft draft;
    private final Attempt attempt;
    private final Saving saving;
    private final Configuration hadoop;
    private long committed;

    CheckpointCommitter(ManifestDraft draft, Attempt attempt, Configuration hadoop) {
        this.draft = draft;
        this.attempt = attempt;
        this.saving = draft.saving();
        this.hadoop = hadoop;
        this.committed = attempt.firstStep();
    }

    /**
     * Commits those that are due and whole.
     *
     * @param stepsDone how many the ranks are known to have done
     * @return what was committed now, the latest last
     * @throws io.sparkmics.checkpoint.CheckpointException when what the ranks say they have written is not there
     */
    List<Committed> commitDue(long stepsDone) {
        List<Committed> made = new ArrayList<>();
        if (!saving.checkpoints()) {
            return made;
        }
        long latest = stepsDone - stepsDone % saving.interval();
        RuntimeException problem = null;
        for (int back = MOST_DUE - 1; back >= 0; back--) {
            long step = latest - back * saving.interval();
            if (step > committed) {
                try {
                    commit(step).ifPresent(made::add);
                } catch (RuntimeException e) {
                    // The next one is perhaps whole.
                    problem = e;
                }
            }
        }
        if (made.isEmpty() && problem != null) {
            throw problem;
        }
        return made;
    }

    /**
     * Commits what is there of one step, where it is whole.
     *
     * @param step how many steps were done
     */
    Optional<Committed> commit(long step) {
        CheckpointFolder folder = new CheckpointFolder(saving.folder(attempt.id(step)), hadoop);
        Optional<List<ShardFile>> shards = folder.parts(attempt.partitionGroupSize());
        if (shards.isEmpty()) {
            return Optional.empty();
        }
        List<StepMetrics> history = MetricsFile.read(new Path(folder.path(), CheckpointFolder.METRICS), step, hadoop);
        folder.commit(draft.of(attempt, history, shards.get()));
        committed = step;
        return Optional.of(new Committed(
                folder,
                step,
                shards.get().stream().mapToLong(ShardFile::length).sum(),
                history.get(history.size() - 1).validationLoss()));
    }
}

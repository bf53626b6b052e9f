package io.sparkmics.job.rank;

import io.sparkmics.checkpoint.manifest.CheckpointId;
import java.io.Serializable;
import org.apache.hadoop.fs.Path;

/**
 * What ranks save of their states, and where.
 *
 * @param directory of the run's checkpoints; of its result where it makes none
 * @param interval steps between two checkpoints; 0: none are made, and only parameters are saved
 * @param best whether they are saved after an evaluation, too, that has the lowest loss until then
 */
public record Saving(String directory, long interval, boolean best) implements Serializable {

    public Saving {
        if (interval < 0) {
            throw new IllegalArgumentException("Cannot save every " + interval + " steps.");
        }
    }

    /** Whether moments are saved too, so that training can go on from it. */
    public boolean checkpoints() {
        return interval > 0;
    }

    /** Whether anything is saved before the end. */
    public boolean whileTraining() {
        return checkpoints() || best;
    }

    /** Whether a checkpoint is due when so many steps are done; the last step's is due in any case, and is not asked for here. */
    public boolean dueAfter(long stepsDone) {
        return interval > 0 && stepsDone % interval == 0;
    }

    /** Where the shards of one checkpoint, or of the result, go. */
    public Path folder(CheckpointId id) {
        return new Path(directory, id.folderName());
    }
}

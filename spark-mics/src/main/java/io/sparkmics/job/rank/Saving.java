package io.sparkmics.job.rank;

import io.sparkmics.checkpoint.manifest.CheckpointId;
import java.io.Serializable;
import org.apache.hadoop.fs.Path;

/**
 * What ranks save of their states, and where.
 *
 * @param directory of the run's checkpoints; of its result where it makes none
 * @param interval steps between two checkpoints; 0: none are made, and only the trained parameters are saved
 */
public record Saving(String directory, long interval) implements Serializable {

    public Saving {
        if (interval < 0) {
            throw new IllegalArgumentException("Cannot save every " + interval + " steps.");
        }
    }

    /** Whether moments are saved too, so that training can go on from it. */
    public boolean checkpoints() {
        return interval > 0;
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

package io.sparkmics.job.settings;

import java.io.Serializable;

/**
 * Where a run's first parameters come from.
 *
 * @param folder a Hadoop path of a folder of Hugging Face's library; empty: they are drawn
 */
public record PretrainedSettings(String folder) implements Serializable {

    /** Whether there is a folder. */
    public boolean present() {
        return !folder.isBlank();
    }
}

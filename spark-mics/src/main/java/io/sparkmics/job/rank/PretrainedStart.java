package io.sparkmics.job.rank;

import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.checkpoint.pretrained.PretrainedFolder;
import io.sparkmics.checkpoint.pretrained.PretrainedWeights;
import io.sparkmics.engine.MicsEngine;
import io.sparkmics.job.settings.PretrainedSettings;
import io.sparkmics.model.Model;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** The first parameters of a run that starts from a folder: each rank reads what its own shards are made of. */
final class PretrainedStart {

    private PretrainedStart() {}

    /**
     * @param model that the engine was made of
     * @throws io.sparkmics.checkpoint.CheckpointException when the storage does not answer, or a number is not finite
     */
    static void fill(
            MicsEngine engine, Model model, PretrainedSettings settings, RankContext ranks, Configuration hadoop) {
        PretrainedFolder folder = PretrainedFolder.open(new Path(settings.folder()), hadoop);
        try (PretrainedWeights weights = folder.weights(model)) {
            engine.start(model.pretrainedUnits(), (unit, kind, from, target) -> {
                weights.read(unit, from, target);
                ranks.active();
            });
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot start from " + folder.path() + ": " + e.getMessage(), e);
        }
    }
}

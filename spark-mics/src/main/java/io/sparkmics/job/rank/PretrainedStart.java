package io.sparkmics.job.rank;

import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.checkpoint.pretrained.AdapterFolder;
import io.sparkmics.checkpoint.pretrained.PretrainedFolder;
import io.sparkmics.checkpoint.pretrained.PretrainedWeights;
import io.sparkmics.engine.MicsEngine;
import io.sparkmics.job.settings.PretrainedSettings;
import io.sparkmics.model.Model;
import io.sparkmics.model.Unit;
import io.sparkmics.model.lora.LoraModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
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
        fill(engine, model.pretrainedUnits(), folder.weights(model), folder.path(), ranks);
        if (settings.hasAdapter() && model instanceof LoraModel adapted) {
            AdapterFolder adapter = AdapterFolder.open(new Path(settings.adapter()), hadoop);
            fill(engine, adapted.trainedUnits(), adapter.weights(adapted), adapter.path(), ranks);
        }
    }

    /** @param opened is closed */
    private static void fill(
            MicsEngine engine, List<Unit> units, PretrainedWeights opened, Path folder, RankContext ranks) {
        try (PretrainedWeights weights = opened) {
            engine.start(units, (unit, kind, from, target) -> {
                weights.read(unit, from, target);
                ranks.active();
            });
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot start from " + folder + ": " + e.getMessage(), e);
        }
    }
}

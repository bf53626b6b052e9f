package io.sparkmics.job.rank;

import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.checkpoint.CheckpointDamagedException;
import io.sparkmics.checkpoint.CheckpointFolder;
import io.sparkmics.checkpoint.CheckpointReader;
import io.sparkmics.checkpoint.StorageCall;
import io.sparkmics.checkpoint.manifest.Manifest;
import io.sparkmics.engine.MicsEngine;
import io.sparkmics.engine.shard.StateSource;
import io.sparkmics.monitor.MetricsFile;
import io.sparkmics.monitor.StepMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * What an attempt that goes on from a checkpoint begins with.
 *
 * @param manifest of the checkpoint
 * @param history all steps until then; from rank 0 only
 */
record Resumption(Manifest manifest, List<StepMetrics> history) {

    /**
     * Fills the engine. Each rank reads the parts that its shards are made of, whatever the number of ranks was.
     *
     * @param allDone whether no step is left, so that the parameters are enough
     * @throws CheckpointDamagedException when it is not as it was written
     * @throws io.sparkmics.checkpoint.CheckpointException when the storage does not answer
     */
    static Resumption of(Attempt attempt, boolean allDone, MicsEngine engine, RankContext ranks, Configuration hadoop) {
        Path path = new Path(attempt.checkpoint());
        CheckpointFolder folder = new CheckpointFolder(path, hadoop);
        try (CheckpointReader reader = CheckpointReader.open(folder, hadoop)) {
            Manifest manifest = reader.manifest();
            StateSource source = (unit, kind, from, target) -> {
                reader.read(Manifest.tensorName(unit.name(), kind.tensorName()), from, target);
                ranks.active();
            };
            if (allDone) {
                engine.restoreParameters(source, manifest.states().updates());
            } else {
                engine.restore(source, manifest.states().updates());
            }
            return new Resumption(manifest, ranks.rank() == 0 ? history(attempt, hadoop) : List.of());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot go on from " + path + ": " + e.getMessage(), e);
        }
    }

    private static List<StepMetrics> history(Attempt attempt, Configuration hadoop) {
        try {
            Path file = new Path(attempt.checkpoint(), CheckpointFolder.METRICS);
            return MetricsFile.read(file, attempt.firstStep(), hadoop);
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof MetricsFile.WrongLinesException || StorageCall.showsDamage(e.getCause())) {
                throw new CheckpointDamagedException(e.getMessage(), e);
            }
            throw e;
        }
    }
}

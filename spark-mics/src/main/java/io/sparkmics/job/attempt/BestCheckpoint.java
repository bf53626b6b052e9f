package io.sparkmics.job.attempt;

import io.sparkmics.checkpoint.CheckpointDirectory;
import io.sparkmics.checkpoint.CheckpointFolder;
import io.sparkmics.monitor.MetricsFile;
import io.sparkmics.monitor.StepMetrics;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * The parameters with the lowest held-out loss of those that are kept.
 *
 * @param point the folder that has them
 * @param loss of the evaluation behind its last step
 */
public record BestCheckpoint(StartPoint point, double loss) {

    /**
     * The best one that an earlier run has left beside the checkpoint that this run goes on from, or that checkpoint itself. It
     * may be of a run before that one: so what tells it is that its steps are the first ones of that checkpoint's.
     *
     * @return empty where no evaluation's parameters are there any more
     * @throws UncheckedIOException where the steps of the checkpoint cannot be read
     */
    public static Optional<BestCheckpoint> before(StartPoint resumed, Configuration hadoop) {
        if (!resumed.isCheckpoint()) {
            return Optional.empty();
        }
        Path folder = new Path(resumed.checkpoint());
        List<StepMetrics> history = steps(folder, resumed.step(), hadoop);
        List<CheckpointDirectory.Checkpoint> there =
                new CheckpointDirectory(folder.getParent(), hadoop).list().committed();
        return history.stream()
                .filter(step -> step.validationLoss() != null && Double.isFinite(step.validationLoss()))
                .sorted(Comparator.comparing(StepMetrics::validationLoss))
                .flatMap(step -> there.stream()
                        .filter(checkpoint -> checkpoint.id().step() == step.step())
                        .filter(checkpoint -> leadsTo(history, checkpoint, hadoop))
                        .map(checkpoint -> new BestCheckpoint(
                                new StartPoint(
                                        step.step(), checkpoint.folder().path().toString()),
                                step.validationLoss())))
                .findFirst();
    }

    private static boolean leadsTo(
            List<StepMetrics> history, CheckpointDirectory.Checkpoint checkpoint, Configuration hadoop) {
        try {
            long step = checkpoint.id().step();
            return steps(checkpoint.folder().path(), step, hadoop).equals(history.subList(0, Math.toIntExact(step)));
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    private static List<StepMetrics> steps(Path folder, long step, Configuration hadoop) {
        return MetricsFile.read(new Path(folder, CheckpointFolder.METRICS), step, hadoop);
    }
}

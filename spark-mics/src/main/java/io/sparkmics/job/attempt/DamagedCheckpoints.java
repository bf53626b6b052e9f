package io.sparkmics.job.attempt;

import io.sparkmics.checkpoint.CheckpointDirectory;
import io.sparkmics.checkpoint.CheckpointFolder;
import io.sparkmics.job.rank.Saving;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** The checkpoints that a run has found damaged: none of them is used again, counted as one that is kept, or deleted. */
final class DamagedCheckpoints {

    private final Saving saving;
    private final boolean resumesLatest;
    private final Configuration hadoop;
    private final Set<CheckpointFolder> found = ConcurrentHashMap.newKeySet();

    /** @param resumesLatest whether the run began with the latest checkpoint, and not with one that was named */
    DamagedCheckpoints(Saving saving, boolean resumesLatest, Configuration hadoop) {
        this.saving = saving;
        this.resumesLatest = resumesLatest;
        this.hadoop = hadoop;
    }

    void add(String checkpoint) {
        found.add(folder(checkpoint));
    }

    Set<CheckpointFolder> found() {
        return Set.copyOf(found);
    }

    boolean contain(StartPoint point) {
        return point.isCheckpoint() && found.contains(folder(point.checkpoint()));
    }

    /**
     * What the run can go on from without them: the newest of its own, or where it began, or what is older than that.
     *
     * @return empty where nothing is left, or only what people must choose themselves
     */
    Optional<StartPoint> other(String runId, StartPoint start) {
        Optional<StartPoint> own = saving.checkpoints()
                ? newest(new CheckpointDirectory(new Path(saving.directory()), hadoop), runId)
                : Optional.empty();
        if (own.isPresent() || !contain(start)) {
            return own.or(() -> Optional.of(start));
        }
        return resumesLatest ? newestBeside(start) : Optional.empty();
    }

    /** Why nothing is left, as part of a sentence. */
    String noOther(String checkpoint) {
        return "the checkpoint " + checkpoint
                + (resumesLatest
                        ? " is damaged, and its run has no older one that is whole"
                        : ", which resumeFrom names, is damaged")
                + ". Set resumeFrom to another one, or leave it empty to begin with new parameters";
    }

    /** Of the run whose checkpoint this is; empty where its folder was given another name. */
    private Optional<StartPoint> newestBeside(StartPoint point) {
        CheckpointFolder folder = folder(point.checkpoint());
        CheckpointDirectory directory = new CheckpointDirectory(folder.path().getParent(), hadoop);
        return folder.id().flatMap(id -> newest(directory, id.runId()));
    }

    /** Whole as far as it can be seen without reading all of it. */
    private Optional<StartPoint> newest(CheckpointDirectory directory, String runId) {
        return directory.list(runId).committed().stream()
                .filter(checkpoint -> !found.contains(checkpoint.folder()))
                .findFirst()
                .map(checkpoint -> new StartPoint(
                        checkpoint.id().step(), checkpoint.folder().path().toString()));
    }

    private CheckpointFolder folder(String checkpoint) {
        return new CheckpointFolder(new Path(checkpoint), hadoop);
    }
}

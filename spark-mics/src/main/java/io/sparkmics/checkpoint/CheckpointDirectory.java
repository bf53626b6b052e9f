package io.sparkmics.checkpoint;

import io.sparkmics.checkpoint.manifest.CheckpointId;
import io.sparkmics.checkpoint.manifest.Manifest;
import java.io.FileNotFoundException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A directory of checkpoints, of one run or several. Folders of other names are nobody's business here. */
public final class CheckpointDirectory {

    private static final Logger LOG = LoggerFactory.getLogger(CheckpointDirectory.class);

    private final Path path;
    private final Configuration hadoop;

    /** @param path there or not */
    public CheckpointDirectory(Path path, Configuration hadoop) {
        this.path = path;
        this.hadoop = hadoop;
    }

    public Path path() {
        return path;
    }

    /** Where a checkpoint lies, or will lie. */
    public CheckpointFolder folder(CheckpointId id) {
        return new CheckpointFolder(new Path(path, id.folderName()), hadoop);
    }

    /** Looks at all of them. */
    public Listing list() {
        List<Checkpoint> committed = new ArrayList<>();
        List<TornCheckpoint> torn = new ArrayList<>();
        for (CheckpointId id : ids()) {
            CheckpointFolder folder = folder(id);
            try {
                Manifest manifest = folder.manifest();
                committed.add(new Checkpoint(folder, id, manifest.time()));
            } catch (CheckpointException e) {
                torn.add(new TornCheckpoint(folder, id, e.getMessage()));
            }
        }
        return new Listing(newestFirst(committed), torn);
    }

    /** What can be loaded: the run that made the last commit first, and of each run its latest step first. */
    public List<CheckpointFolder> committed() {
        return list().committed().stream().map(Checkpoint::folder).toList();
    }

    /** The first of {@link #committed}. */
    public Optional<CheckpointFolder> latest() {
        return committed().stream().findFirst();
    }

    /**
     * Deletes what a run does not need any more: checkpoints that are not to be kept, and torn ones that nobody can finish. A
     * checkpoint of another run is never touched, for it may be the only one that run has, or still be written. What cannot
     * be deleted is a warning.
     *
     * @param runId whose
     * @param attempt that is running; what earlier ones have left torn stays torn
     * @param keep the newest of those that can be loaded are always among them
     * @param never what must stay whatever the retention says
     */
    public void purge(String runId, int attempt, Retention keep, Set<CheckpointFolder> never) {
        try {
            Listing listing = list().ofRun(runId);
            List<Checkpoint> committed = listing.committed();
            if (committed.isEmpty()) {
                return;
            }
            for (int rank = 0; rank < committed.size(); rank++) {
                Checkpoint checkpoint = committed.get(rank);
                if (!keep.keeps(rank, checkpoint.id().step()) && !never.contains(checkpoint.folder())) {
                    delete(checkpoint.folder());
                }
            }
            long newest = committed.get(0).id().step();
            for (TornCheckpoint torn : listing.torn()) {
                boolean left = torn.id().attempt() < attempt
                        || torn.id().attempt() == attempt && torn.id().step() < newest;
                if (left && !never.contains(torn.folder())) {
                    deleteTorn(torn.folder());
                }
            }
        } catch (RuntimeException e) {
            LOG.warn("Cannot delete old checkpoints: {}", e.getMessage());
        }
    }

    /**
     * Deletes what a run that has ended has left torn: on a full disk it holds room that the next run needs. What cannot be
     * deleted is a warning.
     */
    public void purgeTorn(String runId) {
        try {
            list().ofRun(runId).torn().forEach(torn -> deleteTorn(torn.folder()));
        } catch (RuntimeException e) {
            LOG.warn("Cannot delete torn checkpoints: {}", e.getMessage());
        }
    }

    /** What has a manifest may be whole: a storage that does not answer for a moment is no reason to delete it. */
    private static void deleteTorn(CheckpointFolder folder) {
        if (!folder.hasManifest()) {
            delete(folder);
        }
    }

    private static void delete(CheckpointFolder folder) {
        try {
            folder.delete();
        } catch (RuntimeException e) {
            LOG.warn("{} Delete {} by hand.", e.getMessage(), folder.path());
        }
    }

    private List<CheckpointId> ids() {
        return StorageCall.call("list the checkpoints in " + path, () -> {
            try {
                return Arrays.stream(path.getFileSystem(hadoop).listStatus(path))
                        .filter(FileStatus::isDirectory)
                        .map(folder ->
                                CheckpointId.ofFolderName(folder.getPath().getName()))
                        .flatMap(Optional::stream)
                        .sorted(LATEST_FIRST)
                        .toList();
            } catch (FileNotFoundException e) {
                return List.of();
            }
        });
    }

    private static final Comparator<CheckpointId> LATEST_FIRST = Comparator.comparingLong(CheckpointId::step)
            .thenComparingInt(CheckpointId::attempt)
            .reversed();

    private static List<Checkpoint> newestFirst(List<Checkpoint> committed) {
        Map<String, Long> lastCommits = new HashMap<>();
        committed.forEach(checkpoint -> lastCommits.merge(checkpoint.id().runId(), checkpoint.time(), Math::max));
        return committed.stream()
                .sorted(Comparator.comparing((Checkpoint checkpoint) ->
                                lastCommits.get(checkpoint.id().runId()))
                        .reversed()
                        .thenComparing(checkpoint -> checkpoint.id().runId())
                        .thenComparing(Checkpoint::id, LATEST_FIRST))
                .toList();
    }

    /**
     * A checkpoint that can be loaded.
     *
     * @param time of its commit, in milliseconds since 1970
     */
    public record Checkpoint(CheckpointFolder folder, CheckpointId id, long time) {}

    /**
     * What lies in the directory.
     *
     * @param committed in the order of {@link CheckpointDirectory#committed}
     * @param torn the latest step first
     */
    public record Listing(List<Checkpoint> committed, List<TornCheckpoint> torn) {

        public Listing {
            committed = List.copyOf(committed);
            torn = List.copyOf(torn);
        }

        public Optional<Checkpoint> latest() {
            return committed.stream().findFirst();
        }

        public Listing ofRun(String runId) {
            return new Listing(
                    committed.stream()
                            .filter(checkpoint -> checkpoint.id().runId().equals(runId))
                            .toList(),
                    torn.stream()
                            .filter(checkpoint -> checkpoint.id().runId().equals(runId))
                            .toList());
        }

        /** Torn ones that would have been the latest. */
        public List<TornCheckpoint> skipped() {
            long step = latest().map(checkpoint -> checkpoint.id().step()).orElse(-1L);
            return torn.stream()
                    .filter(checkpoint -> checkpoint.id().step() > step)
                    .toList();
        }
    }
}

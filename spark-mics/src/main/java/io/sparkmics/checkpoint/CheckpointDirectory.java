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
        return list(ids());
    }

    /** Looks at those of one run alone. */
    public Listing list(String runId) {
        return list(ids(runId));
    }

    private Listing list(List<CheckpointId> ids) {
        List<Checkpoint> committed = new ArrayList<>();
        List<TornCheckpoint> torn = new ArrayList<>();
        for (CheckpointId id : ids) {
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
     * @param damaged what is known to be no good one although it looks like it, and stays too
     */
    public void purge(
            String runId, int attempt, Retention keep, Set<CheckpointFolder> never, Set<CheckpointFolder> damaged) {
        try {
            List<CheckpointId> good = new ArrayList<>();
            List<CheckpointId> torn = new ArrayList<>();
            for (CheckpointId id : idsBut(damaged, runId)) {
                boolean kept = keep.keeps(good.size(), id.step()) || never.contains(folder(id));
                if (kept && good.size() >= keep.newest() && folder(id).hasManifest()) {
                    // It stays, whatever is read in it.
                    continue;
                }
                if (!isWhole(id)) {
                    torn.add(id);
                    continue;
                }
                good.add(id);
                if (!kept) {
                    delete(folder(id));
                }
            }
            if (!good.isEmpty()) {
                torn.stream()
                        .filter(id -> nobodyFinishes(id, attempt, good.get(0)) && !never.contains(folder(id)))
                        .forEach(id -> deleteTorn(folder(id)));
            }
        } catch (RuntimeException e) {
            LOG.warn("Cannot delete old checkpoints: {}", e.getMessage());
        }
    }

    private boolean isWhole(CheckpointId id) {
        try {
            folder(id).manifest();
            return true;
        } catch (CheckpointException e) {
            return false;
        }
    }

    private static boolean nobodyFinishes(CheckpointId torn, int attempt, CheckpointId newest) {
        return torn.attempt() < attempt || torn.attempt() == attempt && torn.step() < newest.step();
    }

    /**
     * Deletes what a run that has ended has left torn: on a full disk it holds room that the next run needs. What cannot be
     * deleted is a warning.
     *
     * @param damaged what stays
     */
    public void purgeTorn(String runId, Set<CheckpointFolder> damaged) {
        try {
            list(idsBut(damaged, runId)).torn().forEach(torn -> deleteTorn(torn.folder()));
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

    private List<CheckpointId> ids(String runId) {
        return ids().stream().filter(id -> id.runId().equals(runId)).toList();
    }

    private List<CheckpointId> idsBut(Set<CheckpointFolder> damaged, String runId) {
        return ids(runId).stream().filter(id -> !damaged.contains(folder(id))).toList();
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

        /** Torn ones that would have been the latest. */
        public List<TornCheckpoint> skipped() {
            long step = latest().map(checkpoint -> checkpoint.id().step()).orElse(-1L);
            return torn.stream()
                    .filter(checkpoint -> checkpoint.id().step() > step)
                    .toList();
        }
    }
}

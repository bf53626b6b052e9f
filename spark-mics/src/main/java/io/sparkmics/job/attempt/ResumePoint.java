package io.sparkmics.job.attempt;

import io.sparkmics.checkpoint.CheckpointDirectory;
import io.sparkmics.checkpoint.CheckpointException;
import io.sparkmics.checkpoint.CheckpointFolder;
import io.sparkmics.checkpoint.StoragePaths;
import io.sparkmics.checkpoint.TornCheckpoint;
import io.sparkmics.checkpoint.manifest.Manifest;
import io.sparkmics.checkpoint.safetensors.TensorType;
import io.sparkmics.job.settings.TrainingSettings;
import io.sparkmics.plan.TrainingSchedule;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * The checkpoint of an earlier run that this one goes on from.
 *
 * @param folder where it lies
 * @param manifest what it says of itself
 */
public record ResumePoint(CheckpointFolder folder, Manifest manifest) {

    private static final String SEPARATE = "separateDocuments";

    /**
     * Finds the checkpoint that the settings name, and compares it with them. Asks the storage, and nothing of the cluster.
     *
     * @return empty where the run begins with new parameters
     * @throws IllegalArgumentException when there is none, or it cannot be gone on from, with all reasons at once
     */
    public static Optional<ResumePoint> find(TrainingSettings settings, Configuration hadoop) {
        if (!settings.checkpoint().resumes()) {
            return Optional.empty();
        }
        Optional<ResumePoint> point =
                settings.checkpoint().resumesLatest() ? latest(settings, hadoop) : Optional.of(named(settings, hadoop));
        point.ifPresent(found -> found.require(settings));
        return point;
    }

    private static Optional<ResumePoint> latest(TrainingSettings settings, Configuration hadoop) {
        Path path = qualified(settings.checkpoint().directory(), hadoop);
        CheckpointDirectory.Listing listing = new CheckpointDirectory(path, hadoop).list();
        listing.skipped().forEach(torn -> System.err.println("Not used: " + torn.reason()));
        if (listing.latest().isEmpty()) {
            requireNone(path, listing.torn());
            System.err.println("There is no checkpoint in " + path + " yet: training begins with new parameters.");
        }
        return listing.latest()
                .map(latest -> new ResumePoint(latest.folder(), latest.folder().manifest()));
    }

    /** Who has checkpoints that cannot be read does not want to begin again. */
    private static void requireNone(Path path, List<TornCheckpoint> torn) {
        torn.stream().filter(each -> each.folder().hasManifest()).findFirst().ifPresent(damaged -> {
            throw new IllegalArgumentException("Cannot go on from the latest checkpoint in " + path
                    + ": none of them can be read. " + damaged.reason()
                    + " Leave resumeFrom empty to begin with new parameters.");
        });
    }

    private static ResumePoint named(TrainingSettings settings, Configuration hadoop) {
        Path path = qualified(settings.checkpoint().resumeFrom(), hadoop);
        try {
            CheckpointFolder folder = new CheckpointFolder(path, hadoop);
            return new ResumePoint(folder, folder.manifest());
        } catch (CheckpointException e) {
            throw new IllegalArgumentException("Cannot go on from " + path + ": " + e.getMessage(), e);
        }
    }

    private static Path qualified(String typed, Configuration hadoop) {
        try {
            return StoragePaths.qualified(typed, hadoop);
        } catch (IOException e) {
            throw new IllegalArgumentException("Cannot look for a checkpoint to go on from: " + e.getMessage(), e);
        }
    }

    private void require(TrainingSettings settings) {
        List<String> problems = new ArrayList<>();
        differs(
                problems,
                "seed",
                manifest.schedule().seed(),
                settings.schedule().seed());
        differs(
                problems,
                "globalBatchSize",
                manifest.schedule().globalBatchSize(),
                settings.world().globalBatchSize());
        differs(
                problems,
                "optimizer",
                manifest.states().optimizer(),
                settings.optimization().optimizer());
        // Losses with and without are of different things: which step was the best could not be told from them.
        differs(
                problems,
                SEPARATE,
                manifest.settings().getOrDefault(SEPARATE, "false"),
                Boolean.toString(settings.input().separateDocuments()));
        TensorType type = settings.compute().stateType();
        if (manifest.states().type() != type) {
            problems.add(problem(
                    "its states are " + manifest.states().type() + ", and precision "
                            + settings.compute().precision() + " keeps " + type,
                    "Set precision as it was"));
        }
        model(problems, ManifestDraft.model(settings.model()));
        if (settings.schedule().maxSteps() > 0) {
            // Epochs may end it even earlier; the rows have not been counted yet.
            steps(problems, settings.schedule().maxSteps());
            if (settings.schedule().maxEpochs() == 0) {
                moments(problems, settings.schedule().maxSteps());
            }
        }
        throwAll(problems);
    }

    private void steps(List<String> problems, long steps) {
        long done = manifest.id().step();
        if (done > steps) {
            problems.add(problem(
                    done + " steps are done, and the run has " + steps,
                    "Set maxSteps or maxEpochs so that there are at least as many"));
        }
    }

    /** Where nothing is left to train, nobody asks for them. */
    private void moments(List<String> problems, long steps) {
        long done = manifest.id().step();
        if (done < steps
                && manifest.states().optimizer().equals("adamw")
                && manifest.states().kinds().size() < 2) {
            problems.add(problem(
                    "it has the parameters alone, so that nothing can be trained on, and " + done + " of " + steps
                            + " steps are done",
                    "Set maxSteps to " + done + " to make the model of it"));
        }
    }

    private void model(List<String> problems, Manifest.Model model) {
        if (!manifest.model().config().equals(model.config())) {
            problems.add(problem(
                    ModelDifference.between(manifest.model().config(), model.config()),
                    "Set the model that it was trained with"));
        } else if (!manifest.model().units().equals(model.units())) {
            problems.add(problem(
                    "its model has the units " + sizes(manifest.model()) + ", and the estimator's has " + sizes(model),
                    "Train with the code that it was trained with"));
        }
    }

    private static String sizes(Manifest.Model model) {
        return model.units().stream()
                .map(unit -> unit.name() + " of " + unit.elements())
                .collect(Collectors.joining(", "));
    }

    /**
     * Compares it with the rows.
     *
     * @throws IllegalArgumentException when they are others, or all steps were done before
     */
    public void requireRows(Manifest.Data data, TrainingSchedule schedule) {
        List<String> problems = new ArrayList<>();
        if (!manifest.data().fingerprint().equals(data.fingerprint())) {
            problems.add(problem(
                    "it was trained on other data (fingerprint "
                            + manifest.data().fingerprint() + ", "
                            + manifest.data().counts() + ") than this (fingerprint " + data.fingerprint() + ", "
                            + data.counts() + ")",
                    "Give the rows that it was trained on"));
        }
        steps(problems, schedule.steps());
        moments(problems, schedule.steps());
        throwAll(problems);
    }

    /** What people should know, a line each: from where the run goes on, and what is another than it was. */
    public List<String> notes(ManifestDraft draft) {
        List<String> notes = new ArrayList<>();
        long done = manifest.id().step();
        long steps = draft.schedule().steps();
        notes.add("Going on from " + folder.path() + ", after step " + done + " of " + steps
                + (done == steps ? ": only saving is left." : "."));
        if (manifest.schedule().steps() != steps) {
            notes.add("The run has " + steps + " steps, and had "
                    + manifest.schedule().steps() + ": the learning rate goes on as the new schedule says.");
        }
        Map<String, String> before = manifest.settings();
        String changed = draft.optimization().entrySet().stream()
                .filter(setting -> before.containsKey(setting.getKey())
                        && !Objects.equals(before.get(setting.getKey()), setting.getValue()))
                .map(setting ->
                        setting.getKey() + " was " + before.get(setting.getKey()) + " and is " + setting.getValue())
                .collect(Collectors.joining(", "));
        if (!changed.isEmpty()) {
            notes.add("Changed since that checkpoint: " + changed + ".");
        }
        return notes;
    }

    public StartPoint start() {
        return new StartPoint(manifest.id().step(), folder.path().toString());
    }

    private void differs(List<String> problems, String name, Object before, Object now) {
        if (!before.equals(now)) {
            problems.add(problem(
                    "its " + name + " is " + before + ", and " + name + " is " + now, "Set " + name + " to " + before));
        }
    }

    private String problem(String reason, String remedy) {
        return "Cannot go on from " + folder.path() + ": " + reason + ". " + remedy
                + ", or leave resumeFrom empty to begin with new parameters.";
    }

    private static void throwAll(List<String> problems) {
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
    }
}

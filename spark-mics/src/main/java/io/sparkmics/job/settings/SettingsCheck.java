package io.sparkmics.job.settings;

import java.util.List;

/** What can be said of the settings by arithmetic alone, before Spark or a tensor is touched. */
final class SettingsCheck {

    /** JVMs keep a few words of an array for themselves. */
    private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;

    private final TrainingSettings settings;
    private final Problems problems = new Problems();

    SettingsCheck(TrainingSettings settings) {
        this.settings = settings;
    }

    List<String> problems() {
        settings.input().check(problems);
        settings.world().check(problems);
        microBatch();
        settings.schedule().check(problems);
        evaluation();
        settings.earlyStopping().check(problems, settings.schedule().evaluateEvery() > 0);
        settings.optimization().check(problems);
        settings.compute().check(problems);
        settings.collectives().check(problems);
        settings.checkpoint().check(problems);
        settings.recovery().check(problems);
        return problems.found();
    }

    /** It travels as one array. */
    private void microBatch() {
        int sequences = settings.world().microBatchSize();
        boolean stream = settings.layout().isEmpty();
        long length = 1L
                + (stream ? settings.model().context() : settings.layout().get().words());
        if (sequences > LONGEST_ARRAY / length) {
            problems.add("Cannot read micro-batches of " + sequences
                    + (stream ? " sequences of " + length + " tokens" : " rows of " + length + " values")
                    + ": they are more than the " + LONGEST_ARRAY
                    + " that an array holds. Set a smaller microBatchSize or a"
                    + " model " + (stream ? "with a smaller context." : "that reads less of a row."));
        }
    }

    private void evaluation() {
        long every = settings.schedule().evaluateEvery();
        if (every > 0 && settings.input().validationIndicatorCol().isBlank()) {
            problems.add("Cannot evaluate every " + every
                    + " steps: no row is held out. Set validationIndicatorCol, or evaluateEvery to 0.");
        }
    }
}

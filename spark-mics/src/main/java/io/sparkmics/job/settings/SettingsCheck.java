package io.sparkmics.job.settings;

import java.util.List;

/** What can be said of the settings by arithmetic alone, before Spark or a tensor is touched. */
final class SettingsCheck {

    /** JVMs keep a few words of an array for themselves. */
    private static final int MOST_TOKENS = Integer.MAX_VALUE - 8;

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

    /** Its tokens travel as one array. */
    private void microBatch() {
        int sequences = settings.world().microBatchSize();
        long length = settings.layout().isPresent()
                ? settings.layout().get().words() + 1L
                : settings.model().context() + 1L;
        if (sequences > MOST_TOKENS / length) {
            problems.add("Cannot read micro-batches of " + sequences + " sequences of " + length
                    + " tokens: they are more than the " + MOST_TOKENS + " that an array holds. Set a smaller"
                    + " microBatchSize or a model with a smaller context.");
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

package io.sparkmics.job.settings;

import io.sparkmics.plan.TrainingSchedule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What can be said of the settings by arithmetic alone, before Spark or a tensor is touched. */
final class SettingsCheck {

    /** JVMs keep a few words of an array for themselves. */
    private static final int MOST_TOKENS = Integer.MAX_VALUE - 8;

    private final TrainingSettings settings;
    private final List<String> problems = new ArrayList<>();

    SettingsCheck(TrainingSettings settings) {
        this.settings = settings;
    }

    List<String> problems() {
        columns();
        groups();
        problems.addAll(TrainingSchedule.problems(
                settings.numWorkers(), settings.globalBatchSize(), settings.microBatchSize()));
        microBatch();
        end();
        optimization();
        choices();
        timeouts();
        return List.copyOf(problems);
    }

    private void columns() {
        if (settings.inputCol().isBlank()) {
            problems.add("Cannot read the rows: inputCol is empty. Name the column of text or token ids.");
        }
        if (settings.evaluateEvery() < 0) {
            problems.add("Cannot evaluate every " + settings.evaluateEvery() + " steps: evaluateEvery is negative. "
                    + "Set a positive number, or 0 to evaluate at the end only.");
        }
        if (settings.evaluateEvery() > 0 && settings.validationIndicatorCol().isBlank()) {
            problems.add("Cannot evaluate every " + settings.evaluateEvery()
                    + " steps: no row is held out. Set validationIndicatorCol, or evaluateEvery to 0.");
        }
    }

    private void groups() {
        int world = settings.numWorkers();
        int size = settings.partitionGroupSize();
        if (world > 0 && (size < 0 || size > 0 && world % size != 0)) {
            String divisors = IntStream.rangeClosed(1, world)
                    .filter(divisor -> world % divisor == 0)
                    .mapToObj(Integer::toString)
                    .collect(Collectors.joining(", "));
            problems.add("Cannot split " + world + " workers into partition groups of " + size + ": " + world
                    + " is not a multiple of it. Set partitionGroupSize to one of " + divisors
                    + ", or to 0 for the smallest whose memory fits.");
        }
    }

    /** Its tokens travel as one array. */
    private void microBatch() {
        long length = settings.model().context() + 1L;
        if (settings.microBatchSize() > MOST_TOKENS / length) {
            problems.add("Cannot read micro-batches of " + settings.microBatchSize() + " sequences of " + length
                    + " tokens: they are more than the " + MOST_TOKENS + " that an array holds. Set a smaller"
                    + " microBatchSize or a model with a smaller context.");
        }
    }

    private void end() {
        if (settings.maxSteps() < 0) {
            problems.add("Cannot train for " + settings.maxSteps() + " steps: maxSteps is negative. "
                    + "Set a positive number, or 0 for no limit.");
        }
        if (!(settings.maxEpochs() >= 0) || Double.isInfinite(settings.maxEpochs())) {
            problems.add(
                    "Cannot train for " + settings.maxEpochs() + " epochs: maxEpochs is not a finite number from 0. "
                            + "Set a positive number, or 0 for no limit.");
        }
        if (settings.maxSteps() == 0 && settings.maxEpochs() == 0) {
            problems.add("Cannot plan the run: neither maxSteps nor maxEpochs says where it ends. Set one of them.");
        }
    }

    private void optimization() {
        positive("learningRate", settings.learningRate());
        positive("epsilon", settings.epsilon());
        atLeastZero("weightDecay", settings.weightDecay());
        atLeastZero("gradientClipping", settings.gradientClipping());
        atLeastZero("warmUpSteps", settings.warmUpSteps());
        between("beta1", settings.beta1(), false);
        between("beta2", settings.beta2(), false);
        between("minimumLearningRateRatio", settings.minimumLearningRateRatio(), true);
    }

    private void choices() {
        choice("optimizer", settings.optimizer(), TrainingSettings.OPTIMIZERS);
        choice("gather", settings.gather(), TrainingSettings.GATHERS);
        choice("deviceType", settings.deviceType(), TrainingSettings.DEVICE_TYPES);
        choice("precision", settings.precision(), TrainingSettings.PRECISIONS);
        choice("reductionPrecision", settings.reductionPrecision(), TrainingSettings.REDUCTION_PRECISIONS);
    }

    private void timeouts() {
        timeout("slotTimeout", settings.slotTimeout());
        timeout("collectiveTimeout", settings.collectiveTimeout());
    }

    private void positive(String name, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            refuse(name, value, "it is not a positive number", "Set a positive, finite number");
        }
    }

    private void atLeastZero(String name, double value) {
        if (!(value >= 0) || Double.isInfinite(value)) {
            refuse(name, value, "it is not a finite number from 0", "Set 0 or a positive number");
        }
    }

    private void between(String name, double value, boolean oneToo) {
        if (!(value >= 0 && (oneToo ? value <= 1 : value < 1))) {
            String range = "from 0 to 1" + (oneToo ? "" : " (1 excluded)");
            refuse(name, value, "it is not " + range, "Set a number " + range);
        }
    }

    private void choice(String name, String value, List<String> choices) {
        if (!choices.contains(value)) {
            refuse(name, value, "there is no such " + name, "Set one of " + String.join(", ", choices));
        }
    }

    private void timeout(String name, Duration value) {
        if (value.isZero() || value.isNegative()) {
            refuse(name, value, "no time is left to wait", "Set at least one second");
        }
    }

    private void refuse(String name, Object value, String reason, String remedy) {
        problems.add("Cannot use " + name + " " + value + ": " + reason + ". " + remedy + ".");
    }
}

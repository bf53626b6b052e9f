package io.sparkmics.job.rank;

import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.groups.GroupKind;
import io.sparkmics.bootstrap.traffic.LinkClass;
import io.sparkmics.data.BatchReader;
import io.sparkmics.data.TokenBatch;
import io.sparkmics.engine.MicsEngine;
import io.sparkmics.engine.StepResult;
import io.sparkmics.engine.stage.Feed;
import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.job.cluster.FileWatch;
import io.sparkmics.job.settings.EarlyStoppingSettings;
import io.sparkmics.model.RowLayout;
import io.sparkmics.model.Rows;
import io.sparkmics.model.Tokens;
import io.sparkmics.monitor.StepMetrics;
import io.sparkmics.monitor.WaitSeconds;
import io.sparkmics.plan.TrainingSchedule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Carries out the driver's schedule, step by step. */
final class TrainingLoop {

    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    private final TrainingPlan plan;
    private final TrainingSchedule schedule;
    private final Optional<RowLayout> layout;
    private final RankContext ranks;
    private final MicsEngine engine;
    private final BatchReader reader;
    private final LongConsumer listener;
    private final StepTraffic traffic;
    private final StepWaits waits;
    private final Divergence divergence;
    private final LastBatch lastBatch = new LastBatch();
    private final List<StepMetrics> history = new ArrayList<>();
    private final long firstStep;
    private HeldOutLosses heldOut;
    private long stepsDone;
    private double finalLoss;

    /** @param listener hears of how many steps are done */
    TrainingLoop(TrainingPlan plan, RankContext ranks, MicsEngine engine, BatchReader reader, LongConsumer listener) {
        this.plan = plan;
        this.schedule = plan.schedule();
        // Of a sequence that is padded otherwise a device draws another dropout mask.
        this.layout = plan.settings().layout().map(rows -> ranks.device().isCuda() ? rows.paddedToMaxLength() : rows);
        this.ranks = ranks;
        this.engine = engine;
        this.reader = reader;
        this.listener = listener;
        this.traffic = new StepTraffic(ranks.traffic());
        this.waits = new StepWaits(engine::waits);
        this.divergence = new Divergence(schedule.steps());
        this.firstStep = plan.attempt().firstStep();
        this.stepsDone = firstStep;
        this.heldOut = plan.heldOut();
    }

    /** Goes on as the attempt would have that saved it. */
    void resume(Resumption from) {
        history.addAll(from.history());
        divergence.resume(
                firstStep, from.manifest().states().updates(), from.manifest().divergence());
    }

    /**
     * Trains to the end, or until the run is ended early. The metrics of every step have been sent then.
     *
     * @param states takes copies of the states as they are due; null on a rank that saves nothing
     * @throws DivergedException on all ranks alike, where there is nothing worth saving
     */
    void run(StateWriter states) {
        try (Feed training = new Feed(training(), ranks.device());
                Feed evaluation = new Feed(evaluation(), ranks.device());
                FileWatch stop = ranks.rank() == 0
                        ? StopSignal.watch(plan.runDirectory(), plan.hadoop().value())
                        : null) {
            if (firstStep == schedule.steps()) {
                readLastBatch();
            }
            run(training, evaluation, states, stop);
            checkResult();
        } finally {
            plan.progress().flush(LAST_WORDS);
        }
    }

    /** Every step of the run, also those before the checkpoint; on rank 0 alone. */
    List<StepMetrics> history() {
        return history;
    }

    /** All of the schedule, or fewer where the run was ended early. */
    long stepsDone() {
        return stepsDone;
    }

    /** Nothing is left to train, but the trained weights are evaluated. */
    private void readLastBatch() {
        reader.readPast().forEach(lastBatch::add);
        lastBatch.endStep(schedule.steps() - 1, false);
    }

    private void run(Feed training, Feed evaluation, StateWriter states, FileWatch stop) {
        long begin = System.nanoTime() - nanosBefore();
        long before = System.nanoTime();
        boolean ended = false;
        for (long step = firstStep; step < schedule.steps() && !ended; step++) {
            if (stop != null && stop.found()) {
                engine.askForStop();
            }
            double learningRate = schedule.learningRate(step);
            long number = step;
            StepResult result = during(() -> engine.step(number, training.limit(schedule.microSteps()), learningRate));
            lastBatch.endStep(step, result.skipped());
            Double validationLoss = evaluates(step) ? engine.evaluate(evaluation) : null;
            long now = System.nanoTime();
            report(step, result, learningRate, validationLoss, (now - before) / 1e9, (now - begin) / 1e9);
            before = now;
            divergence.check(step, result, learningRate);
            stepsDone = step + 1;
            listener.accept(stepsDone);
            boolean best = validationLoss != null && isLowest(validationLoss);
            ended = result.stop() || validationLoss != null && noBetter();
            if (step == firstStep) {
                endFirstStep();
            }
            boolean due =
                    plan.saving().dueAfter(stepsDone) || best && plan.saving().best();
            if (states != null && due && stepsDone < schedule.steps() && !ended) {
                save(states);
            }
        }
    }

    /** Whether no evaluation was as good. */
    private boolean isLowest(double loss) {
        double before = heldOut.lowest();
        heldOut = heldOut.and(loss, plan.settings().earlyStopping().minDelta());
        return heldOut.lowest() < before;
    }

    private boolean noBetter() {
        EarlyStoppingSettings stopping = plan.settings().earlyStopping();
        return stopping.active() && heldOut.since() >= stopping.patience();
    }

    private StepResult during(Supplier<StepResult> step) {
        return traffic.during(() -> waits.during(step));
    }

    /** What is slow once is over, and what the ranks agree on in the first step they agree on in all. */
    private void endFirstStep() {
        ranks.firstStepDone();
        if (!plan.settings().collectives().checking()) {
            ranks.checking(false);
        }
    }

    /** The ranks of the partition group come here together. Parameters that are not finite are no checkpoint to go on from. */
    private void save(StateWriter states) {
        if (engine.nonFiniteParameters() == 0) {
            states.save(stepsDone, history);
        }
    }

    /** What the run has taken until the checkpoint, in nanoseconds. */
    private long nanosBefore() {
        return history.isEmpty() ? 0 : (long) (history.get(history.size() - 1).seconds() * 1e9);
    }

    /** The loss of the last step is from before its update; this one is of the weights that will be saved. */
    private void checkResult() {
        Iterator<MicroBatch> batches =
                lastBatch.microBatches().stream().map(this::microBatch).iterator();
        try (Feed feed = new Feed(batches, ranks.device())) {
            finalLoss = engine.evaluate(feed);
        }
        divergence.checkResult(engine.nonFiniteParameters(), finalLoss);
    }

    /** Of the trained weights, without dropout, on the batch of the last update. */
    double finalLoss() {
        return finalLoss;
    }

    /** The reader may be ahead of the step, so it is not asked. */
    private boolean evaluates(long step) {
        return plan.counts().validationSequences() > 0 && schedule.evaluatesAfter(step);
    }

    /** What this rank has sent in its steps. */
    Map<GroupKind, Map<LinkClass, Long>> bytes() {
        return traffic.bytes();
    }

    /** How long this rank has waited in its steps, in all; null where it does not measure. */
    WaitSeconds waits() {
        return waits.total();
    }

    /** Every micro-batch of the run; none while an evaluation is due, which comes first in the data. */
    private Iterator<MicroBatch> training() {
        return new Iterator<>() {

            private long left = (schedule.steps() - firstStep) * schedule.microSteps();

            @Override
            public boolean hasNext() {
                return left > 0 && !reader.evaluationDue();
            }

            @Override
            public MicroBatch next() {
                left--;
                return microBatch(lastBatch.add(reader.nextTraining()));
            }
        };
    }

    private Iterator<MicroBatch> evaluation() {
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return reader.evaluationDue();
            }

            @Override
            public MicroBatch next() {
                return microBatch(reader.nextEvaluation());
            }
        };
    }

    private MicroBatch microBatch(TokenBatch batch) {
        if (layout.isPresent()) {
            ScalarType type = plan.settings().engineSettings().precision().compute();
            return MicroBatch.ofColumns(
                    Rows.tensors(layout.get(), batch.tokens(), batch.size(), type),
                    batch.step(),
                    batch.slots(),
                    batch.weights());
        }
        return new MicroBatch(
                Tokens.tensor(batch.tokens(), batch.size()), batch.step(), batch.slots(), batch.weights());
    }

    private void report(
            long step,
            StepResult result,
            double learningRate,
            Double validationLoss,
            double stepSeconds,
            double seconds) {
        if (ranks.rank() != 0) {
            return;
        }
        long tokens = (long) schedule.globalBatchSize() * plan.counts().context();
        StepMetrics metrics = new StepMetrics(
                step + 1,
                schedule.steps(),
                result.loss(),
                learningRate,
                result.gradientNorm(),
                tokens / stepSeconds,
                tokens * (step + 1),
                validationLoss,
                seconds,
                waits.latest());
        history.add(metrics);
        plan.progress().send(metrics);
    }
}

package io.sparkmics.job.rank;

import io.sparkmics.bootstrap.GroupKind;
import io.sparkmics.bootstrap.LinkClass;
import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.data.BatchReader;
import io.sparkmics.data.TokenBatch;
import io.sparkmics.engine.Feed;
import io.sparkmics.engine.MicroBatch;
import io.sparkmics.engine.MicsEngine;
import io.sparkmics.engine.StepResult;
import io.sparkmics.model.Tokens;
import io.sparkmics.monitor.StepMetrics;
import io.sparkmics.plan.TrainingSchedule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Carries out the driver's schedule, step by step. */
final class TrainingLoop {

    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    private final TrainingPlan plan;
    private final TrainingSchedule schedule;
    private final RankContext ranks;
    private final MicsEngine engine;
    private final BatchReader reader;
    private final StepTraffic traffic;
    private final Divergence divergence;
    private final LastBatch lastBatch = new LastBatch();
    private final List<StepMetrics> history = new ArrayList<>();
    private double finalLoss;

    TrainingLoop(TrainingPlan plan, RankContext ranks, MicsEngine engine, BatchReader reader) {
        this.plan = plan;
        this.schedule = plan.schedule();
        this.ranks = ranks;
        this.engine = engine;
        this.reader = reader;
        this.traffic = new StepTraffic(ranks.traffic());
        this.divergence = new Divergence(schedule.steps());
    }

    /**
     * Trains to the end and returns the metrics of every step, on rank 0 alone; they have been sent as well.
     *
     * @throws DivergedException on all ranks alike, where there is nothing worth saving
     */
    List<StepMetrics> run() {
        try (Feed training = new Feed(training(), ranks.device());
                Feed evaluation = new Feed(evaluation(), ranks.device())) {
            run(training, evaluation);
            checkResult();
        } catch (DivergedException diverged) {
            plan.progress().flush(LAST_WORDS);
            throw diverged;
        }
        plan.progress().flush(LAST_WORDS);
        return history;
    }

    private void run(Feed training, Feed evaluation) {
        long begin = System.nanoTime();
        long before = begin;
        for (long step = 0; step < schedule.steps(); step++) {
            double learningRate = schedule.learningRate(step);
            long number = step;
            StepResult result =
                    traffic.during(() -> engine.step(number, training.limit(schedule.microSteps()), learningRate));
            lastBatch.endStep(step, result.skipped());
            Double validationLoss = evaluates(step) ? engine.evaluate(evaluation) : null;
            long now = System.nanoTime();
            report(step, result, learningRate, validationLoss, (now - before) / 1e9, (now - begin) / 1e9);
            before = now;
            divergence.check(step, result, learningRate);
            if (step == 0 && !plan.settings().checking()) {
                // What the ranks agree on in the first step they agree on in all.
                ranks.checking(false);
            }
        }
    }

    /** The loss of the last step is from before its update; this one is of the weights that will be saved. */
    private void checkResult() {
        Iterator<MicroBatch> batches =
                lastBatch.microBatches().stream().map(TrainingLoop::microBatch).iterator();
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

    /** Every micro-batch of the run; none while an evaluation is due, which comes first in the data. */
    private Iterator<MicroBatch> training() {
        return new Iterator<>() {

            private long left = schedule.steps() * schedule.microSteps();

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

    private static MicroBatch microBatch(TokenBatch batch) {
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
                seconds);
        history.add(metrics);
        plan.progress().send(metrics);
    }
}

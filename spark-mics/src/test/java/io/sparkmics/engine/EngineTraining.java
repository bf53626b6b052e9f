package io.sparkmics.engine;

import io.sparkmics.bootstrap.RankContext;
import io.sparkmics.bootstrap.ThreadRanks;
import io.sparkmics.bootstrap.deadline.CommunicationSettings;
import io.sparkmics.bootstrap.gloo.GlooTransport;
import io.sparkmics.engine.stage.Feed;
import io.sparkmics.engine.stage.MicroBatch;
import io.sparkmics.model.Model;
import io.sparkmics.model.Tokens;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The same run in the engine: ranks as threads over real Gloo. */
final class EngineTraining {

    private EngineTraining() {}

    /** What each rank saw; the parameters as its own partition group gathered them. */
    static List<Outcome> run(Case run) {
        return run(run, ranks(run));
    }

    /** The same with a model that takes what the case's takes. */
    static List<Outcome> run(Case run, Model model) {
        return ranks(run).run(rank -> train(run, model, rank));
    }

    /** The ranks of the case, to be changed from there. */
    static ThreadRanks ranks(Case run) {
        return ThreadRanks.of(run.worldSize())
                .ranksPerNode(run.ranksPerNode())
                .with(CommunicationSettings.of(run.partitionGroupSize()).withGather(run.gather()));
    }

    /** The same where no rank shares memory with another. */
    static ThreadRanks overSockets(Case run) {
        return ranks(run).over(() -> GlooTransport.on("127.0.0.1"));
    }

    static List<Outcome> run(Case run, ThreadRanks ranks) {
        return ranks.run(rank -> train(run, run.config().build(), rank));
    }

    static Outcome train(Case run, Model model, RankContext ranks) throws Exception {
        List<Double> losses = new ArrayList<>();
        List<Double> norms = new ArrayList<>();
        Map<String, double[]> parameters = new LinkedHashMap<>();
        try (MicsEngine engine = new MicsEngine(model, run.settings(), ranks)) {
            for (long step = 0; step < run.steps(); step++) {
                try (Feed microBatches = new Feed(microBatches(run, ranks.rank(), step), ranks.device())) {
                    StepResult result = engine.step(step, microBatches, run.learningRate(step));
                    losses.add(result.loss());
                    norms.add(result.gradientNorm());
                }
            }
            engine.forEachParameter((parameter, value) -> parameters.put(parameter.name(), Values.of(value)));
        }
        return new Outcome(losses, norms, parameters);
    }

    /** Slot mod W is the rank, as in the shuffle. */
    static Iterator<MicroBatch> microBatches(Case run, int rank, long step) {
        List<MicroBatch> microBatches = new ArrayList<>();
        for (int micro = 0; micro < run.microSteps(); micro++) {
            int[][] sequences = new int[run.microBatchSize()][];
            int[] slots = new int[run.microBatchSize()];
            double[] weights = new double[run.microBatchSize()];
            for (int i = 0; i < sequences.length; i++) {
                slots[i] = (micro * run.microBatchSize() + i) * run.worldSize() + rank;
                sequences[i] = run.sequence(step, slots[i]);
                weights[i] = 1;
            }
            microBatches.add(new MicroBatch(Tokens.tensor(sequences), step, slots, weights));
        }
        return microBatches.iterator();
    }
}
